// The whole screen for the ladder, the header and the state diagram: for a class.

export function isTeaching() { return document.body.classList.contains('teach'); }

export function teach(isOn) {
  if (isOn === isTeaching()) return;
  document.body.classList.toggle('teach', isOn);
  const diagram = document.getElementById('diagram');
  const machine = document.querySelector('.machine');
  if (machine) (isOn ? document.getElementById('machine-here') : diagram).prepend(machine);
  // Where it is not allowed, the page itself is large enough.
  if (isOn) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}

export function startTeaching() {
  document.getElementById('teach').addEventListener('click', () => teach(!isTeaching()));
  document.addEventListener('fullscreenchange', () => { if (!document.fullscreenElement) teach(false); });
}

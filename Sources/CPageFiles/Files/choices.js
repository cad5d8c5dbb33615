// The radio buttons at the top: the style follows them by itself; here only what style cannot do, and their keys.

function buttons(name) { return [...document.querySelectorAll(`input[name="${name}"]`)]; }

/// Chooses the next of several.
export function nextChoice(name) {
  const all = buttons(name);
  if (all.length === 0) return;
  const next = all[(all.findIndex((button) => button.checked) + 1) % all.length];
  next.checked = true;
  next.dispatchEvent(new Event('change', { bubbles: true }));
}

export function startChoices() {
  const titles = { zh: document.querySelector('h1 [lang="zh"]'), en: document.querySelector('h1 [lang="en"]') };
  for (const button of buttons('lang')) {
    button.addEventListener('change', () => {
      document.documentElement.lang = button.value === 'zh' ? 'zh-CN' : 'en';
      document.title = (titles[button.value] ?? document.querySelector('h1')).textContent;
    });
  }
}

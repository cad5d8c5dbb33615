// Making elements. Text is always set as text.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/// A text in both languages: the style shows one of them.
export function both(text) {
  if (text.zh === text.en) return [text.en];
  return [element('span', { lang: 'zh' }, text.zh), element('span', { lang: 'en' }, text.en)];
}

/// A sequence number: relative and real; the style shows one of them.
export function number(value) {
  return [element('span', { class: 'rel' }, String(value.relative)), element('span', { class: 'raw' }, String(value.real))];
}

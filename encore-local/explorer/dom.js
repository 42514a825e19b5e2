/**
 * Makes an element. Properties that begin with `on` are listeners; `class`, `aria-*`, `data-*` and the like become
 * attributes, where `true` stands for one without a value, and `false`, `null` and `undefined` for none.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** Puts new children in place of all. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
}

const nodes = (children) =>
  children
    .flat(Number.POSITIVE_INFINITY)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "");

let lastId = 0;

/** For labels and descriptions that refer to what they describe. */
export const newId = () => `id-${++lastId}`;

/* Words come from the page's template, in the reader's language. */
export function word(key) {
  return document.getElementById('words')?.content.querySelector(`[data-word="${key}"]`)?.textContent ?? key;
}

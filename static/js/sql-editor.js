/* The text of a query with line numbers and colours: a textarea that one writes in, over a painted
   copy that one reads. Without this script the textarea is all there is. */
const STARTS = new Set(`alter attach call checkpoint copy create delete detach drop explain export import insert install load pragma reset
  truncate update use vacuum`.split(/\s+/));
const WORDS = new Set(`all and any as asc asof between by case cast cross current_date current_timestamp desc describe distinct
  else end except exclude exists false filter following from full group having ilike in inner intersect interval into is join
  lateral left like limit natural not null nulls offset on or order outer over partition pivot preceding qualify range recursive
  replace right rollup rows select semi anti some summarize table then true try_cast unbounded union
  unnest unpivot using values when where window with within`.split(/\s+/));
const TOKEN = /(?<c>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<s>'(?:[^']|'')*(?:'|$))|(?<q>"(?:[^"]|"")*(?:"|$))|(?<n>\b\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(?<w>[\p{L}_][\p{L}\p{N}_]*)/gu;

export class Editor {
  constructor(area, paint) {
    this.area = area;
    this.paint = paint;
    this.bad = Number(area.dataset.badLine) || 0;
    area.closest('.sql-editor')?.classList.add('painted');
    area.addEventListener('input', () => { this.bad = 0; area.removeAttribute('aria-invalid'); this.draw(); });
    area.addEventListener('keydown', (event) => this.key(event));
    area.addEventListener('focus', () => { this.mayLeave = false; });
    this.draw();
  }

  get text() { return this.area.value; }

  /* What is to be run: the selected part on its own lines, so that line numbers stay true. */
  get chosen() {
    const { selectionStart: from, selectionEnd: to, value } = this.area;
    const part = value.slice(from, to);
    if (!part.trim() || document.activeElement !== this.area) return value;
    return '\n'.repeat(value.slice(0, from).split('\n').length - 1) + part;
  }

  replace(text) {
    this.area.focus();
    this.area.select();
    this.write(text);
  }

  /* Through the browser's own editing, so that Undo works. */
  write(text) {
    this.area.focus();
    if (!document.execCommand('insertText', false, text)) this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, 'end');
    this.area.dispatchEvent(new Event('input', { bubbles: true }));
  }

  mark(line) {
    this.bad = Number(line) || 0;
    this.area.toggleAttribute('aria-invalid', false);
    if (this.bad) this.area.setAttribute('aria-invalid', 'true');
    this.draw();
    this.paint.querySelector('.bad-line')?.scrollIntoView({ block: 'nearest' });
  }

  removeLines(first, last) {
    const lines = this.text.split('\n');
    lines.splice(first - 1, last - first + 1);
    this.replace(`${lines.join('\n').trimEnd()}\n`);
  }

  key(event) {
    if (event.key === 'Escape') this.mayLeave = true;
    if (event.key !== 'Tab' || event.ctrlKey || event.altKey || this.mayLeave) return;
    event.preventDefault();
    this.indent(event.shiftKey);
  }

  indent(isBack) {
    const { value, selectionStart: from, selectionEnd: to } = this.area;
    if (from === to && !isBack) { this.write('  '); return; }
    const start = value.lastIndexOf('\n', from - 1) + 1;
    const lines = value.slice(start, to).split('\n').map((line) => (isBack ? line.replace(/^ {1,2}/, '') : `  ${line}`));
    this.area.setSelectionRange(start, to);
    this.write(lines.join('\n'));
    this.area.setSelectionRange(start, start + lines.join('\n').length);
  }

  draw() {
    const parts = document.createDocumentFragment();
    let line = this.line(1, parts), number = 1;
    for (const [text, kind] of tokens(this.text)) {
      for (const [at, piece] of text.split('\n').entries()) {
        if (at) { number += 1; line = this.line(number, parts); }
        if (piece) line.append(kind ? coloured(piece, kind) : piece);
      }
    }
    this.paint.replaceChildren(parts);
    this.area.rows = Math.max(number, 4);
  }

  line(number, parts) {
    const line = document.createElement('span'), label = document.createElement('i');
    line.className = number === this.bad ? 'ln bad-line' : 'ln';
    label.textContent = String(number);
    line.append(label);
    parts.append(line);
    return line;
  }
}

function* tokens(text) {
  let at = 0, isStart = true;
  for (const match of text.matchAll(TOKEN)) {
    const between = text.slice(at, match.index);
    if (between) yield [between, ''];
    if (between.trim()) isStart = between.includes(';');
    yield [match[0], kindOf(match.groups, isStart)];
    if (!match.groups.c) isStart = false;
    at = match.index + match[0].length;
  }
  if (at < text.length) yield [text.slice(at), ''];
}

/* A column may be called `load`: the first word of a statement says what it does, no other. */
function kindOf({ c, s, n, w }, isStart) {
  if (c) return 'c';
  if (s) return 's';
  if (n) return 'n';
  return w && (WORDS.has(w.toLowerCase()) || (isStart && STARTS.has(w.toLowerCase()))) ? 'k' : '';
}

function coloured(text, kind) {
  const part = document.createElement('span');
  part.className = kind;
  part.textContent = text;
  return part;
}

import { foldWord, isDelimiter } from '../search/index.js';

/**
 * Words as 32-bit hashes, the form in which a chunk remembers what it holds. The hash is over the UTF-16 units of the folded
 * word. Never to be changed: chunks that are stored would no longer be found.
 */
export function hashWord(word: string): number {
  let hash = FIRST;
  for (let index = 0; index < word.length; index += 1) hash = Math.imul(hash ^ word.charCodeAt(index), PRIME);
  return finish(hash);
}

/** Hash of the first letters of a word, for words asked for by their beginning; undefined when it has too few. */
export function hashBeginning(word: string): number | undefined {
  if (word.length < BEGINNING) return undefined;
  let hash = FIRST;
  for (let index = 0; index < BEGINNING; index += 1) hash = Math.imul(hash ^ word.charCodeAt(index), PRIME);
  return finish(hash ^ OF_BEGINNING);
}

/** Hash of a word in the label of that name. */
export function hashLabelWord(key: string, word: string): number {
  return finish(hashWord(word) ^ Math.imul(hashWord(key), PRIME) ^ OF_LABEL);
}

/** Hash that says a label of that name is there. */
export function hashLabelKey(key: string): number {
  return hashLabelWord(key, '');
}

/** Scatters the bits: finalizer of MurmurHash3. */
export function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const FIRST = 0x811c9dc5;
const PRIME = 0x01000193;
const BEGINNING = 4;
const OF_BEGINNING = 0x5bd1e995;
const OF_LABEL = 0x27d4eb2f;

/** Words count by that many characters. */
const WORD_LIMIT = 512;

// For ASCII: the folded character, or that it ends a word.
const ENDS_WORD = 0xff;
const FOLDED = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return isDelimiter(character) ? ENDS_WORD : character.toLowerCase().charCodeAt(0);
});
const BLANK = 0x20;

const SMALLEST = 1 << 10;

/** A set of 32-bit hashes. Grows as it must and is made to be cleared and used again. */
export class HashSet {
  private slots = new Uint32Array(SMALLEST);
  private zero = false;
  private used = 0;

  get size(): number {
    return this.used + (this.zero ? 1 : 0);
  }

  add(hash: number): void {
    if (hash === 0) {
      this.zero = true;
      return;
    }
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let found = this.slots[slot]; found !== 0; found = this.slots[slot]) {
      if (found === hash) return;
      slot = (slot + 1) & mask;
    }
    this.slots[slot] = hash;
    this.used += 1;
    if (this.used * 2 > this.slots.length) this.grow();
  }

  forEach(visit: (hash: number) => void): void {
    if (this.zero) visit(0);
    for (const hash of this.slots) if (hash !== 0) visit(hash);
  }

  clear(): void {
    // Few hashes after many: clearing and visiting the large table would cost more than they do.
    if (this.slots.length > SMALLEST && this.used * 16 < this.slots.length) this.slots = new Uint32Array(SMALLEST);
    else this.slots.fill(0);
    this.used = 0;
    this.zero = false;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    this.used = 0;
    for (const hash of old) if (hash !== 0) this.add(hash);
  }
}

/** Adds the words of a text and their beginnings, cut and folded exactly as `tokensOf` does. True when the text is ASCII. */
export function addWords(text: string, hashes: HashSet): boolean {
  const { length } = text;
  let ascii = true;
  let index = 0;
  while (index < length) {
    const start = index;
    let hash = FIRST;
    let beginning = 0;
    let code = text.charCodeAt(index);
    while (code < 128) {
      const folded = FOLDED[code]!;
      if (folded === ENDS_WORD) break;
      if (index - start < WORD_LIMIT) hash = Math.imul(hash ^ folded, PRIME);
      index += 1;
      if (index - start === BEGINNING) beginning = hash;
      code = index < length ? text.charCodeAt(index) : BLANK;
    }
    if (code < 128) {
      if (index > start) {
        hashes.add(finish(hash));
        if (index - start >= BEGINNING) hashes.add(finish(beginning ^ OF_BEGINNING));
      }
      index += 1;
      continue;
    }
    ascii = false;
    while (index < length && !endsWord(text.charCodeAt(index))) index += 1;
    addWord(foldWord(text.slice(start, index)), hashes);
    index += 1;
  }
  return ascii;
}

export function addWord(word: string, hashes: HashSet): void {
  hashes.add(hashWord(word));
  const beginning = hashBeginning(word);
  if (beginning !== undefined) hashes.add(beginning);
}

/** Whether the character of that code ends a word. */
export function endsWord(code: number): boolean {
  return code < 128 && FOLDED[code] === ENDS_WORD;
}

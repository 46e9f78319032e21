/**
 * A small assembler for classic BPF as seccomp runs it: one program over `struct seccomp_data`, jumps forward only.
 * Instructions are written in order; a jump names a label that is placed later.
 */
const LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_IF_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const JUMP_IF_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

/** Offsets into `struct seccomp_data`. The low half of an argument suffices: all values compared here have 32 bits. */
export const SYSCALL_NUMBER = 0;
export const ARCHITECTURE = 4;
export const FIRST_ARGUMENT = 16;
export const SECOND_ARGUMENT = 24;
export const THIRD_ARGUMENT = 32;

export const ALLOW = 0x7fff0000;
export const KILL_PROCESS = 0x80000000;
export const failWith = (errno: number): number => 0x00050000 | errno;

const INSTRUCTION_BYTES = 8;
const LONGEST_JUMP = 255;

interface Instruction {
  readonly code: number;
  readonly value: number;
  /** Label taken when the comparison holds; otherwise the next instruction runs. */
  readonly target?: string;
}

export class BpfProgram {
  readonly #instructions: Instruction[] = [];
  readonly #labels = new Map<string, number>();

  load(offset: number): this {
    return this.#add({ code: LOAD_WORD, value: offset });
  }

  and(mask: number): this {
    return this.#add({ code: AND, value: mask });
  }

  jumpIfEqual(value: number, target: string): this {
    return this.#add({ code: JUMP_IF_EQUAL, value, target });
  }

  jumpIfAnyBit(mask: number, target: string): this {
    return this.#add({ code: JUMP_IF_ANY_BIT, value: mask, target });
  }

  jumpIfAtLeast(value: number, target: string): this {
    return this.#add({ code: JUMP_IF_AT_LEAST, value, target });
  }

  return(action: number): this {
    return this.#add({ code: RETURN, value: action });
  }

  label(name: string): this {
    this.#labels.set(name, this.#instructions.length);
    return this;
  }

  /** The program as an array of `struct sock_filter` (both supported architectures are little-endian). */
  assemble(): Buffer {
    const bytes = Buffer.alloc(this.#instructions.length * INSTRUCTION_BYTES);
    this.#instructions.forEach(({ code, value, target }, index) => {
      const at = index * INSTRUCTION_BYTES;
      bytes.writeUInt16LE(code, at);
      bytes.writeUInt8(target === undefined ? 0 : this.#distance(index, target), at + 2);
      bytes.writeUInt8(0, at + 3);
      bytes.writeUInt32LE(value >>> 0, at + 4);
    });
    return bytes;
  }

  #add(instruction: Instruction): this {
    this.#instructions.push(instruction);
    return this;
  }

  #distance(from: number, label: string): number {
    const to = this.#labels.get(label);
    const distance = to === undefined ? -1 : to - from - 1;
    if (distance < 0 || distance > LONGEST_JUMP) throw new Error(`BPF: no forward jump from ${from} to label "${label}"`);
    return distance;
  }
}

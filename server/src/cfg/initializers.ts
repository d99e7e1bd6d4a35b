// Initializers: scalars are assigned, aggregates zeroed and then assigned member by
// member, following C's rules for designators and left-out braces.
import type { CType, RecordField } from "../model/types.ts";
import type { At, Designator, Expression, InitializerList } from "../syntax/ast.ts";
import { emitInto, lowerInto } from "./assignments.ts";
import type { Builder } from "./builder.ts";
import { lowerEffect, lowerValue } from "./expressions.ts";
import type { Expr, Instruction, Place } from "./ir.ts";
import { maxInitializerAssignments } from "./limits.ts";
import { constant, constantOf, unknown } from "./make-expr.ts";
import { elementPlace, memberPlace } from "./places.ts";

/** Gives a new object its first value. */
export function initialize(builder: Builder, target: Place, initializer: Expression, at: At): void {
  const list = listOf(initializer);
  const { type } = target;
  if (list !== undefined && (isAggregate(type) || isRecordList(type, list))) {
    new AggregateInitializer(builder, target, at).run(list);
  } else if (list !== undefined && type.kind === "unknown") {
    // Nobody knows what the braces fill.
    for (const item of list.items) lowerNested(builder, item.value);
    if (target.kind === "local") builder.draft.emit({ kind: "declare", local: target.local, at });
  } else if (initializer.kind === "initializer-list") {
    const [first] = initializer.items;
    if (first === undefined) emitInto(builder, target, zeroOf(type, at), { initial: true, at });
    else builder.nested(at, () => initialize(builder, target, first.value, at));
  } else {
    lowerInto(builder, target, initializer, { initial: true, at });
  }
}

/** A compound literal is an object without a name, made where it stands. */
export function lowerCompound(builder: Builder, expression: Extract<Expression, { kind: "compound" }>): Place {
  const { names } = builder.scope;
  const written = builder.types.resolve(expression.type, names);
  const type = builder.types.completeArray(written, expression.initializer, names);
  const place = builder.localPlace(builder.draft.temp(type), expression.at);
  initialize(builder, place, expression.initializer, expression.at);
  return place;
}

function isAggregate(type: CType): boolean {
  return type.kind === "record" || type.kind === "array";
}

/** Braces for a type nobody knows: members that are named can be set by name all the same. */
function isRecordList(type: CType, list: InitializerList): boolean {
  return type.kind === "unknown" && list.items.every((item) => item.designators[0]?.kind === "field");
}

/** `(struct s){ ... }` as the whole initializer fills the object itself. */
function listOf(initializer: Expression): InitializerList | undefined {
  if (initializer.kind === "initializer-list") return initializer;
  return initializer.kind === "compound" ? initializer.initializer : undefined;
}

function zeroOf(type: CType, at: At): Expr {
  return constant(0, type, at);
}

function lowerNested(builder: Builder, value: Expression): void {
  if (value.kind !== "initializer-list") {
    lowerEffect(builder, value);
    return;
  }
  builder.nested(value.at, () => {
    for (const item of value.items) lowerNested(builder, item.value);
  });
}

type Item = InitializerList["items"][number];

/** A run of items that fill one object after the other. */
class Items {
  readonly #items: readonly Item[];
  #next = 0;

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  peek(): Item | undefined {
    return this.#items[this.#next];
  }

  take(): void {
    this.#next++;
  }
}

class AggregateInitializer {
  readonly #builder: Builder;
  readonly #target: Place;
  readonly #at: At;
  #assignments = 0;
  /** An element may have been set before: a zero must be written out then. */
  #mayOverwrite = false;
  #isIncomplete = false;

  constructor(builder: Builder, target: Place, at: At) {
    this.#builder = builder;
    this.#target = target;
    this.#at = at;
  }

  run(list: InitializerList): void {
    const { draft } = this.#builder;
    const start = draft.mark();
    draft.emit({ kind: "zero", target: this.#target, at: this.#at });
    this.#fillBraces(this.#target, list);
    if (!this.#isIncomplete || this.#target.kind !== "local") return;
    // Something was left out, so "the rest is zero" must not be claimed.
    const declare: Instruction = { kind: "declare", local: this.#target.local, at: this.#at };
    start.block.instructions[start.index] = declare;
  }

  /** `{ ... }` for one object. */
  #fillBraces(place: Place, list: InitializerList): void {
    this.#builder.nested(list.at, () => {
      const items = new Items(list.items);
      if (!isAggregate(place.type) && !isRecordList(place.type, list)) {
        const first = items.peek();
        if (first !== undefined) this.#fillFrom(place, first.value);
        return;
      }
      if (this.#fillText(place, list)) return;
      this.#fillMembers(place, items, true);
    });
  }

  /** `char s[] = { "text" }`. */
  #fillText(place: Place, list: InitializerList): boolean {
    const [only] = list.items;
    if (list.items.length !== 1 || only?.designators.length !== 0 || only.value.kind !== "string") return false;
    if (place.type.kind !== "array" || place.type.of.kind !== "int") return false;
    this.#assign(place, lowerValue(this.#builder, only.value));
    return true;
  }

  /** Items in order into the members or elements; without braces only as many as there is room for. */
  #fillMembers(place: Place, items: Items, braced: boolean): void {
    let index = 0;
    for (;;) {
      const item = items.peek();
      if (item === undefined) return;
      if (item.designators.length > 0) {
        if (!braced) return;
        items.take();
        index = this.#fillDesignated(place, item.designators, item.value) + 1;
        continue;
      }
      const slot = this.#slot(place, index);
      if (slot === undefined) {
        if (!braced) return;
        // Too many, or a type nobody knows: evaluated, stored nowhere.
        items.take();
        this.#isIncomplete = true;
        lowerNested(this.#builder, item.value);
        continue;
      }
      this.#fillNext(slot, items, item);
      index++;
    }
  }

  /** One member from the next item, or from several when the member is an aggregate without braces. */
  #fillNext(slot: Place, items: Items, item: Item): void {
    const { value } = item;
    const isWhole = value.kind === "initializer-list" || !isAggregate(slot.type) || this.#isOfType(value, slot.type);
    if (isWhole) {
      items.take();
      this.#fillFrom(slot, value);
      return;
    }
    const before = items.peek();
    this.#builder.nested(value.at, () => this.#fillMembers(slot, items, false));
    // An empty struct takes nothing; without progress the item would come up for ever.
    if (items.peek() === before) {
      items.take();
      this.#isIncomplete = true;
      lowerNested(this.#builder, value);
    }
  }

  #isOfType(value: Expression, type: CType): boolean {
    if (type.kind === "array") return value.kind === "string" || value.kind === "compound";
    if (value.kind === "number" || value.kind === "string") return false;
    const of = this.#builder.types.typeOf(value, this.#builder.scope.names);
    return of.kind === "record" || of.kind === "unknown";
  }

  #fillFrom(place: Place, value: Expression): void {
    const list = listOf(value);
    if (list !== undefined && (isAggregate(place.type) || value.kind === "initializer-list")) {
      this.#fillBraces(place, list);
      return;
    }
    this.#assign(place, lowerValue(this.#builder, value));
  }

  #assign(place: Place, value: Expr): void {
    if (constantOf(value) === 0 && value.kind === "const" && !this.#mayOverwrite) return;
    if (this.#assignments >= maxInitializerAssignments) {
      this.#isIncomplete = true;
      return;
    }
    this.#assignments++;
    emitInto(this.#builder, place, value, { initial: true, at: value.at });
  }

  /** The index of the member or element at the outermost step, from which items without designators go on. */
  #fillDesignated(place: Place, designators: readonly Designator[], value: Expression): number {
    this.#mayOverwrite ||= designators.some((designator) => designator.kind === "index");
    let index = 0;
    let target: Place | undefined = place;
    let repeat: { readonly base: Place; readonly low: number; readonly high: number } | undefined;
    for (const [step, designator] of designators.entries()) {
      if (target === undefined) break;
      if (designator.kind === "field") {
        if (step === 0) index = this.#fieldIndex(target.type, designator.name);
        target = memberPlace(this.#builder, target, designator.name, value.at);
        continue;
      }
      const { names } = this.#builder.scope;
      const low = this.#builder.types.constant(designator.index, names);
      const high = designator.last === undefined ? low : this.#builder.types.constant(designator.last, names);
      if (step === 0) index = high ?? 0;
      if (designator.last !== undefined && step === designators.length - 1 && low !== undefined && high !== undefined) {
        repeat = { base: target, low, high };
        break;
      }
      target = elementPlace(target, this.#index(low ?? high, value.at), value.at);
      if (low === undefined || designator.last !== undefined) this.#isIncomplete = true;
    }
    if (repeat !== undefined) this.#fillRange(repeat, value);
    else this.#fillFrom(target, value);
    return index;
  }

  /** GNU `[low ... high] = value`: the value is computed once. */
  #fillRange(range: { readonly base: Place; readonly low: number; readonly high: number }, value: Expression): void {
    const room = maxInitializerAssignments - this.#assignments;
    if (listOf(value) !== undefined || range.high - range.low >= room) {
      this.#isIncomplete = true;
      lowerNested(this.#builder, value);
      return;
    }
    const once = lowerValue(this.#builder, value);
    for (let i = range.low; i <= range.high; i++) {
      this.#assign(elementPlace(range.base, this.#index(i, value.at), value.at), once);
    }
  }

  #index(value: number | undefined, at: At): Expr {
    const type: CType = { kind: "int", bits: 32, signed: true, bool: false };
    return value === undefined ? unknown(type, at) : constant(value, type, at);
  }

  /** Place number `index` of what positional items fill. */
  #slot(place: Place, index: number): Place | undefined {
    const at = this.#at;
    if (place.type.kind === "array") {
      if (place.type.length !== undefined && index >= place.type.length) return undefined;
      return elementPlace(place, this.#index(index, at), at);
    }
    const field = this.#fields(place.type)[index];
    if (field === undefined) return undefined;
    if (field.name !== undefined) return memberPlace(this.#builder, place, field.name, at);
    // An anonymous member has no name of its own; its parts belong to the parent.
    return { ...place, type: field.type };
  }

  /** Members that items fill in turn: of a union the first. */
  #fields(type: CType): readonly RecordField[] {
    if (type.kind !== "record") return [];
    const fields = this.#builder.types.record(type.id)?.fields ?? [];
    return type.union ? fields.slice(0, 1) : fields;
  }

  #fieldIndex(type: CType, name: string): number {
    const first = this.#builder.types.field(type, name)?.steps[0];
    return first === undefined ? 0 : this.#fields(type).indexOf(first);
  }
}

/** Tables of a ledger in memory, and the journal that takes a transaction's writes back. */
export type Table<T> = Map<string, T>;

export interface Journal {
  /** Forgets what was written before: it can be taken back no more. */
  begin(): void;
  put<T>(table: Table<T>, key: string, row: T): void;
  remove<T>(table: Table<T>, key: string): void;
  append<T>(list: T[], row: T): void;
  undo(): void;
  /** Tells whether anything was written. */
  isEmpty(): boolean;
}

/** Opens the journal of one transaction. */
export function openJournal(): Journal {
  let steps: (() => void)[] = [];
  return {
    begin() {
      steps = [];
    },
    put(table, key, row) {
      const before = table.get(key);
      steps.push(() => (before === undefined ? table.delete(key) : table.set(key, before)));
      table.set(key, row);
    },
    remove(table, key) {
      if (!table.has(key)) return;
      // a removed row that comes back must stand where it stood: restore the whole order
      const before = [...table];
      steps.push(() => {
        table.clear();
        for (const [each, row] of before) table.set(each, row);
      });
      table.delete(key);
    },
    append(list, row) {
      const { length } = list;
      steps.push(() => {
        list.length = length;
      });
      list.push(row);
    },
    isEmpty: () => steps.length === 0,
    undo() {
      for (const step of steps.reverse()) step();
      steps = [];
    },
  };
}

/** What every command works with: the streams, the flags, the portfolio, the ledgers. */
import type { Parsed } from "../config/parse.ts";
import type { Portfolio } from "../core/portfolio.ts";
import type { Engine } from "../ports/engine.ts";
import type { Backstage } from "./backstage.ts";
import { misuse } from "./exit-codes.ts";
import { type Io, isLively } from "./io.ts";
import { fitText } from "./render/fit-text.ts";
import { net, toJson } from "./sanitize.ts";

/** Flags that every command takes. */
export interface Flags {
  readonly config: string | null;
  readonly json: boolean;
  readonly debug: boolean;
  readonly colour: boolean;
}

export interface Desk {
  readonly io: Io;
  readonly flags: Flags;
  /** Whether standard output, and the error stream, may be coloured. */
  readonly colour: { readonly out: boolean; readonly err: boolean };
  /** Columns of standard output; endless where no terminal is there. */
  readonly columns: number;
  /** Writes data, with a newline, to standard output. */
  readonly print: (text: string) => void;
  /** Writes a message, with a newline, to the error stream. */
  readonly say: (text: string) => void;
  /** Writes a value: as JSON with `--json`, else as the text that `render` makes of it. */
  readonly answer: (json: unknown, render: () => string) => void;
  readonly backstage: () => Promise<Backstage>;
  /** The portfolio; throws `Complaint` with every mistake in it. */
  readonly portfolio: () => Promise<Portfolio>;
}

/** Opens the desk. */
export function openDesk(io: Io, flags: Flags, backstage: Desk["backstage"]): Desk {
  const lively = (out: Io["out"]): boolean => flags.colour && isLively(out, io.env);
  const colour = { out: lively(io.out), err: lively(io.err) };
  const fitted = (text: string, out: Io["out"]) => (out.isTTY ? fitText(text, out.columns) : text);
  const print = (text: string): void => io.out.write(`${fitted(net(text, colour.out), io.out)}\n`);
  return {
    io,
    flags,
    colour,
    columns: io.out.isTTY ? io.out.columns : Number.POSITIVE_INFINITY,
    print,
    say: (text) => io.err.write(`${fitted(net(text, colour.err), io.err)}\n`),
    answer: (json, render) => (flags.json ? io.out.write(`${toJson(json, 2)}\n`) : print(render())),
    backstage,
    portfolio: async () => (await readPortfolio(io, flags)).portfolio,
  };
}

/** A portfolio without mistakes, with the origin of its values. */
export type Read = Extract<Parsed, { readonly kind: "valid" }>;

/** Finds and reads the portfolio; throws `Complaint` with every mistake in it. */
export async function readPortfolio(io: Io, { config }: Pick<Flags, "config">): Promise<Read> {
  const { loadPortfolio } = await import("../config/load.ts");
  const { renderProblem } = await import("../config/problem.ts");
  const loaded = await loadPortfolio({ explicit: config, env: io.env, cwd: io.cwd });
  switch (loaded.kind) {
    case "valid":
      return loaded;
    case "missing":
      throw misuse(loaded.what, loaded.hint);
    case "invalid":
      throw misuse(
        `the portfolio has mistakes:\n${loaded.problems.map(renderProblem).join("\n")}`,
        "correct them, then look with `orch config validate`",
      );
    default:
      return loaded satisfies never;
  }
}

/** Opens the ledgers for as long as `use` takes. */
export async function withLedger<R>(
  desk: Desk,
  use: (ledger: Engine, portfolio: Portfolio) => Promise<R>,
): Promise<R> {
  const portfolio = await desk.portfolio();
  const ledger = await (await desk.backstage()).openLedger(portfolio);
  try {
    return await use(ledger, portfolio);
  } finally {
    await ledger.close();
  }
}

/** Variables of a process; what is not set is not there. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The sample project of the whole-cycle tests: small, quick, its tests told by name. */

/** Runs each `tests/*.sh` as one test and reports in TAP. */
const check = `n=0; bad=0
echo "TAP version 13"
for t in tests/*.sh; do
  n=$((n + 1))
  if out=$(sh "$t" 2>&1); then echo "ok $n - $t"
  else echo "not ok $n - $t"; echo "# $out"; bad=1
  fi
done
echo "1..$n"
exit $bad
`;

/** Files of the sample, by path. */
export const sampleFiles: Readonly<Record<string, string>> = {
  "check.sh": check,
  "app.txt": "one\ntwo\nthree\n",
  "tests/app.sh": "grep -q one app.txt\n",
};

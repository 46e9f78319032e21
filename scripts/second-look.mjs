// A test that fails on a machine busy with everything else is looked at a second time, alone. What passes then is still told of by name:
// it rests on how fast something is, which is a mistake of its own (CONTRIBUTING, "Tests"). What fails twice fails.

/** More files than these do not fail by bad luck. */
const MOST_FILES = 3;

/** The counts of one run of Jest, from its JSON report; a file that failed without a failed test, or no report at all, counts as one failure. */
export function countsOf(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (report === undefined) return { ...counts, failed: 1 };
  for (const file of report.testResults) {
    const failedBefore = counts.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed += 1;
      else if (status === 'failed') counts.failed += 1;
      else counts.skipped += 1;
    }
    if (file.status === 'failed' && counts.failed === failedBefore) counts.failed += 1;
  }
  return counts;
}

/** The files worth a second look: those that failed, were they few; none otherwise. */
export function filesToLookAtAgain(report) {
  const failed = (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name);
  return failed.length <= MOST_FILES ? failed : [];
}

/** The report of the first run with what the second one says of its files. A file the second says nothing of keeps its failure. */
export function withSecondLook(first, second) {
  const again = new Map((second?.testResults ?? []).map((file) => [file.name, file]));
  return { ...first, testResults: first.testResults.map((file) => again.get(file.name) ?? file) };
}

/** The files that failed at first and passed when they ran alone. */
export function unsteadyFiles(first, second) {
  const passed = new Set((second?.testResults ?? []).filter(({ status }) => status === 'passed').map(({ name }) => name));
  return filesToLookAtAgain(first).filter((name) => passed.has(name));
}

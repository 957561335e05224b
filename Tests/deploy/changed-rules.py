#!/usr/bin/env python3
"""changed-rules.py RULES TESTS PROMTOOL: changes each duration of the alert rules in turn, by a minute
up and down, and expects the tests of the rules to fail each time. A test that would not notice is no test.

Prints each change that went unnoticed. Exit status 1 if there is one, or if there was nothing to change."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# A duration in `for:`, a range or an offset; and the age of a file, in seconds.
DURATION = re.compile(r"(?<=for: )\d+[mh]$|(?<=\[)\d+m(?=\])|(?<=offset )\d+h(?= )|(?<=> )600$", re.MULTILINE)


def changed(duration: str) -> list[str]:
    """The same, a minute shorter and a minute longer."""
    if duration.isdecimal():
        return [str(int(duration) - 60), str(int(duration) + 60)]
    minutes = int(duration[:-1]) * (60 if duration.endswith("h") else 1)
    return [f"{minutes - 1}m", f"{minutes + 1}m"]


def main() -> int:
    rules, tests, promtool = map(pathlib.Path, sys.argv[1:])
    text = rules.read_text()
    found = list(DURATION.finditer(text))
    unnoticed = []
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, rules.name)
        shutil.copy(tests, folder)
        for match in found:
            for other in changed(match[0]):
                copy.write_text(text[:match.start()] + other + text[match.end():])
                judged = subprocess.run([promtool, "test", "rules", tests.name], cwd=folder, capture_output=True)
                if judged.returncode == 0:
                    line = text[text.rfind("\n", 0, match.start()) + 1:text.find("\n", match.end())].strip()
                    unnoticed.append(f"{line}: with {other}")
    print(f"{len(found)} durations, {len(unnoticed)} changes unnoticed", *unnoticed, sep="\n  ")
    return 1 if unnoticed or not found else 0


sys.exit(main())

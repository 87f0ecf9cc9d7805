"""`make infra`: templates made anew, compared with the snapshot that was reviewed, and looked at by three linters.

Nothing is deployed and nobody is asked: CDK, cfn-lint, cdk-nag and checkov all work from files. A finding is either
mended or stands in `exceptions.yaml` with its reason; an exception that nothing needs any more is a finding too.
"""

from __future__ import annotations

import difflib
import fnmatch
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
SNAPSHOT: Final = HERE / "snapshot"
STACKS: Final = ("EarmarkReplica", "EarmarkVault", "EarmarkApp")
_TOOLS: Final = Path(sys.executable).parent


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What a tool says of a place."""

    tool: str
    rule: str
    where: str
    says: str = ""


def main(arguments: list[str]) -> int:
    """Check, or with `--accept` take the templates as the new snapshot; say what is wrong, one line each."""
    with tempfile.TemporaryDirectory(prefix="earmark-infra-") as place:
        out = Path(place)
        synthesise(out)
        made = {name: read_template(out / f"{name}.template.json") for name in STACKS}
        if "--accept" in arguments:
            SNAPSHOT.mkdir(exist_ok=True)
            for name, text in made.items():
                (SNAPSHOT / f"{name}.json").write_text(text, encoding="utf-8")
        changed = list(differences(made))
        files = [out / f"{name}.template.json" for name in STACKS]
        found = [*lint(files), *nag(out), *checkov(files)]
    faults = [*changed, *judge(found, yaml.safe_load((HERE / "exceptions.yaml").read_text(encoding="utf-8")) or [])]
    for line in faults:
        print(line)  # noqa: T201
    print(f"{len(STACKS)} templates, {len(found)} findings explained, {len(faults)} faults")  # noqa: T201
    return 1 if faults else 0


def synthesise(out: Path) -> None:
    """Write the templates. The app ends with 1 where cdk-nag found something; its report says what."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.cloud.app", str(out)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if not all((out / f"{name}.template.json").is_file() for name in STACKS) or not _report(out).is_file():
        raise SystemExit(f"the templates could not be made:\n{done.stderr[-3000:]}")


def read_template(path: Path) -> str:
    """Give a template as it stands in the snapshot: sorted, and without what names a machine."""
    template = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps(template, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def differences(made: dict[str, str]) -> Iterator[str]:
    """Say where templates differ from the snapshot."""
    for name, text in made.items():
        path = SNAPSHOT / f"{name}.json"
        kept = path.read_text(encoding="utf-8") if path.is_file() else ""
        if kept != text:
            lines = difflib.unified_diff(kept.splitlines(), text.splitlines(), "reviewed", "made now", lineterm="", n=1)
            yield f"{name} is not what was reviewed; look at it, then `make infra-accept`\n" + "\n".join(
                list(lines)[:80]
            )


def lint(files: list[Path]) -> Iterator[Finding]:
    """Run cfn-lint."""
    for match in _run_json(
        "cfn-lint", "--format", "json", "--regions", "eu-central-1", "eu-west-1", "--", *map(str, files)
    ):
        where = "/".join(str(part) for part in match["Location"]["Path"] or ())
        yield Finding("cfn-lint", match["Rule"]["Id"], where, match["Message"])


def nag(out: Path) -> Iterator[Finding]:
    """Read what cdk-nag said while the templates were made."""
    for report in json.loads(_report(out).read_text(encoding="utf-8"))["pluginReports"]:
        for violation in report["violations"]:
            for construct in violation["violatingConstructs"]:
                yield Finding("cdk-nag", violation["ruleName"], construct["constructPath"], violation["description"])


def checkov(files: list[Path]) -> Iterator[Finding]:
    """Run checkov, without what it would fetch."""
    for path in files:
        found = _run_json(
            "checkov", "-f", str(path), "--framework", "cloudformation", "--compact", "--quiet", "--skip-download",
            "-o", "json",
        )  # fmt: skip
        if found["summary"]["parsing_errors"] or not found["summary"]["passed"]:
            yield Finding("checkov", "unreadable", path.stem, "could not be read")
        stack = path.name.removesuffix(".template.json")
        for failed in found["results"]["failed_checks"]:
            yield Finding("checkov", failed["check_id"], f"{stack}/{failed['resource']}", failed["check_name"])


def judge(found: list[Finding], exceptions: list[dict[str, Any]]) -> Iterator[str]:
    """Say which findings have no exception, and which exceptions have no finding or no reason."""
    used: set[int] = set()
    for finding in sorted(set(found)):
        fits = {number for number, entry in enumerate(exceptions) if _covers(entry, finding)}
        used |= fits
        if not fits:
            yield f"{finding.tool} {finding.rule} at {finding.where}: {finding.says}"
    for number, entry in enumerate(exceptions):
        if number not in used:
            yield f"exception {entry['tool']} {entry['rule']} at {entry['where']}: nothing is found for it any more"
        if len(str(entry.get("why", ""))) < 20:
            yield f"exception {entry['tool']} {entry['rule']} at {entry['where']}: says no reason"


def _covers(entry: dict[str, Any], finding: Finding) -> bool:
    return entry["tool"] == finding.tool and _fits(entry["rule"], finding.rule) and _fits(entry["where"], finding.where)


def _fits(pattern: str, name: str) -> bool:
    """Only `*` means something in a pattern: names have brackets of their own."""
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))


def _report(out: Path) -> Path:
    return out / "validation-report.json"


def _run_json(tool: str, *arguments: str) -> Any:
    found = _TOOLS / tool if (_TOOLS / tool).is_file() else shutil.which(tool)
    if found is None:
        raise SystemExit(f"{tool} is not installed: use `make infra`")
    done = subprocess.run([str(found), *arguments], capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout or "[]")
    except ValueError:
        raise SystemExit(f"{tool} did not run:\n{done.stderr[-2000:]}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs a folder of packet scripts on both sides and prints how many pass, by folder, and why each of the rest does not.

script/suite is the way in.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

IN_CHINESE = os.environ["TCPLENS_SUITE_LANGUAGE"] == "zh"
PASSED, REFUSED, FAILED = range(3)
KIND_OF_VERDICT = {"passed": PASSED, "failed": FAILED}


def words(english, chinese):
    return chinese if IN_CHINESE else english


def outcome(binary, path, side, tolerance, patience):
    """What became of a script on one side: passed, refused or failed, and why in a line."""
    command = [binary, "script", "--json", "--on", side, "--tolerance", str(tolerance), str(path)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        return FAILED, words(f"did not end within {patience} s", f"{patience} 秒内没有结束")
    if run.returncode < 0:
        return FAILED, words(f"ended by signal {-run.returncode}", f"被信号 {-run.returncode} 终止")
    try:
        facts = json.loads(run.stdout)
    except json.JSONDecodeError:
        return FAILED, " ".join(run.stderr.split())
    kind = KIND_OF_VERDICT.get(facts["verdict"], REFUSED)
    return kind, "" if kind == PASSED else reason(facts["failure"])


def reason(failure):
    language = "zh" if IN_CHINESE else "en"
    parts = [failure["reason"]]
    for name, title in (
        ("text", ""),
        ("expected", words("expected ", "应为 ")),
        ("actual", words("was ", "实际为 ")),
    ):
        if failure.get(name):
            parts.append(title + " ".join(failure[name][language].split()))
    place = words(f"line {failure['line']}", f"第 {failure['line']} 行")
    return place + ": " + "; ".join(parts)


def print_table(titles, rows):
    """Rows of a name and counts, the counts below their titles."""
    first = max(len(row[0]) for row in rows)
    for name, *counts in [titles, *rows]:
        # A Chinese title is twice as wide as it has characters.
        print(pad(name, first) + "".join(pad(str(count), 12, right=True) for count in counts))


def pad(text, width, right=False):
    wide = sum(1 for character in text if ord(character) > 0x2E7F)
    blanks = " " * max(0, width - len(text) - wide)
    return blanks + text if right else text + blanks


def main():
    parser = argparse.ArgumentParser(prog="script/suite")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--on", choices=["kernel", "stack", "both"], default="both")
    parser.add_argument("--tolerance", type=float, default=4, help="milliseconds, where a script does not say it")
    parser.add_argument("--patience", type=float, default=120, help="seconds that a script may take")
    asked = parser.parse_args()
    binary = os.environ["TCPLENS_SUITE_BINARY"]
    scripts = sorted(asked.folder.rglob("*.pkt"))
    if not scripts:
        print(words(f"suite: no *.pkt below {asked.folder}", f"suite：{asked.folder} 下没有 *.pkt"), file=sys.stderr)
        return 4
    sides = ["kernel", "stack"] if asked.on == "both" else [asked.on]
    counts = {}
    for path in scripts:
        folder = str(path.parent.relative_to(asked.folder))
        row = counts.setdefault(folder, {side: [0, 0, 0] for side in sides})
        for side in sides:
            kind, why = outcome(binary, path, side, asked.tolerance, asked.patience)
            row[side][kind] += 1
            if kind != PASSED:
                word = words("REFUSED", "不支持") if kind == REFUSED else words("FAILED", "失败")
                print(f"{word} {side} {path.relative_to(asked.folder)}: {why}", flush=True)
    titles = [words("folder", "目录"), words("scripts", "脚本")]
    for side in sides:
        name = {"kernel": words("kernel", "内核"), "stack": words("stack", "协议栈")}[side]
        titles += [f"{name} {words('ok', '通过')}", words("refused", "不支持"), words("failed", "失败")]
    rows = []
    total = {side: [0, 0, 0] for side in sides}
    for folder, row in counts.items():
        for side in sides:
            total[side] = [one + other for one, other in zip(total[side], row[side])]
        rows.append([folder, sum(row[sides[0]]), *(count for side in sides for count in row[side])])
    rows.append([words("all", "合计"), len(scripts), *(count for side in sides for count in total[side])])
    print()
    print_table(titles, rows)
    return 1 if any(total[side][FAILED] for side in sides) else 6 if any(total[side][REFUSED] for side in sides) else 0


if __name__ == "__main__":
    sys.exit(main())

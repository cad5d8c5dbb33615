"""Holds a tcplens binary to captures whose right answers are known.

    cases.py TCPLENS FOLDER HELD [--record] [--all] [case...]

FOLDER holds captures and expected.tsv. HELD lists the rows that hold, and must go on holding: one that no longer does is
printed, and the exit code is 1. So it is for one that expected.tsv no longer has, unless cases are named: a right answer that
was corrected needs --record, which puts the new row in the old one's place. HELD's last line counts its rows: none goes away
unseen. All others are counted by kind, so that rows new in FOLDER break nothing; with --all they are printed too. With --record
the rows that hold now are added to HELD.
"""
import collections
import os
import sys

from case_answers import Case, Trouble, answer, holds, shown


def read(path, columns):
    with open(path, encoding="utf-8") as table:
        lines = table.read().splitlines()
    rows = [line.split("\t") for line in lines[1:] if line]
    if lines[0].split("\t") != columns or any(len(row) != len(columns) for row in rows):
        raise SystemExit(f"cases: {path} is not a table of {', '.join(columns)}")
    return rows


HELD_COLUMNS = ["case", "ask", "right"]


def read_held(path, counted):
    """The rows that must hold; as many as the last line says."""
    with open(path, encoding="utf-8") as table:
        *lines, last = table.read().splitlines()
    rows = [tuple(line.split("\t")) for line in lines[1:]]
    if lines[:1] != ["\t".join(HELD_COLUMNS)] or any(len(row) != len(HELD_COLUMNS) for row in rows):
        raise SystemExit(f"cases: {path} is not a table of {', '.join(HELD_COLUMNS)}")
    if counted and last != f"# {len(rows)} rows":
        raise SystemExit(f"cases: {path} has {len(rows)} rows, and ends with '{last}'")
    return set(rows)


def write_held(path, rows):
    with open(path, "w", encoding="utf-8") as table:
        table.write("\t".join(HELD_COLUMNS) + "\n")
        table.writelines("\t".join(row) + "\n" for row in sorted(rows))
        table.write(f"# {len(rows)} rows\n")


def chosen_rows(rows, names):
    if not names:
        return rows
    return [row for row in rows
            if any(name in (row[0], row[0].rsplit(".", 1)[0], os.path.basename(row[0])) for name in names)]


def kind_of(why):
    """`A1; somebody/something#1; …` is of kind A1; what is `new:` is asked for and not told yet."""
    return why.split(";")[0].split()[0].rstrip(":;")


def ask(cases, binary, folder, name, question, right):
    """What the binary says, and whether it is right."""
    case = cases.setdefault(name, Case(binary, os.path.join(folder, name)))
    try:
        got = answer(case, question)
        return got, holds(got, right)
    except Trouble as trouble:
        return trouble, False
    except (KeyError, TypeError) as renamed:
        return f"no such field in the tables or in the JSON: {renamed}", False


def replaced(gone, good_rows):
    """Those whose question has another right answer now, which holds."""
    questions = {row[:2] for row in good_rows}
    return {row for row in gone if row[:2] in questions}


def report(kinds, held, total, cases, known):
    for kind in sorted(kinds):
        good, count = kinds[kind]
        print(f"  {kind:4} {good:4} of {count}")
    print(f"cases: {held} of {total} rows hold in {cases} captures; {known} of them are held to it")


def main(arguments):
    flags = {word for word in arguments if word.startswith("--")}
    words = [word for word in arguments if not word.startswith("--")]
    if len(words) < 3 or flags - {"--record", "--all"}:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    binary, folder, held_path = os.path.abspath(words[0]), words[1], words[2]
    all_rows = read(os.path.join(folder, "expected.tsv"), ["case", "ask", "right", "why"])
    rows = chosen_rows(all_rows, words[3:])
    # The right answer is part of a row: where it was corrected, the row is a new one.
    must_hold = read_held(held_path, counted="--record" not in flags)
    gone = must_hold - {tuple(row[:3]) for row in all_rows}
    kinds = collections.defaultdict(lambda: [0, 0])
    cases, good_rows, lost = {}, [], 0
    for name, question, right, why in rows:
        got, good = ask(cases, binary, folder, name, question, right)
        counts = kinds[kind_of(why)]
        counts[0] += good
        counts[1] += 1
        row = (name, question, right)
        if good:
            good_rows.append(row)
        elif row in must_hold:
            lost += 1
            print(f"LOST {name}: {question}: got {shown(got)}, right {right} ({why})")
        elif "--all" in flags:
            print(f"{name}: {question}: got {shown(got)}, right {right} ({why})")
    report(kinds, len(good_rows), len(rows), len(cases), len(must_hold & {tuple(row[:3]) for row in rows}))
    if "--record" in flags:
        write_held(held_path, must_hold - replaced(gone, good_rows) | set(good_rows))
        gone -= replaced(gone, good_rows)
    if words[3:]:
        gone = set()
    for name, question, right in sorted(gone):
        print(f"GONE {name}: {question}: nobody asks whether it is {right} any more")
    return 1 if lost or gone else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What a tcplens binary says of a capture, and whether it is what expected.tsv says: for script/cases.

expected.tsv has four columns: case (the file), ask, right, why (the kind of case, where it came from, the reason).

ask                                 what it is
  connections                       how many the list has
  c2.opening, c1.client.bytes       of `connections --json`, by the table LIST; c*.… is the sum over all connections
  long1.server.missing              of `connections --long --json`, by the table LONG
  zeek1.conn_state                  of `connections --format zeek`, by its column
  flow1.#4.fate, flow1.#4.labels    of `flow --json --conn 1`, packet 4, by the table SEGMENT
  #4.fate                           the same, in whichever connection packet 4 is
  flow1.labels                      all labels in that connection
  flow1.labels.keep-alive           how many segments have this one
  flow1.octets.client               the octets that client's segments carry, all together
  header3.tcp.checksum              of `header FILE#3 --json`: TCP's verdict
  filter EXPRESSION                 how many connections pass -Y
  same c1.client.retransmitted      list, --long, labels of the ladder and -Y agree, by the table SAME
  output list|long|flow1|header1    what is printed for people, both streams, the file's name left out;
                                    `output c1` is the JSON of the list's row
  exit list                         the exit code
  threads, pipe                     whether --threads 1 and 3, or a pipe and a file, give the same

right
  handshake, 3, 1700000000.5        equal (numbers as numbers)          none        there is no such value
  ~20.2 ±0.1                        near                                >=3, <=3    at least, at most
  has:a,b  lacks:a,b                a list with all, with none of these (or a word that is not one of these);
                                    `repetition` and `fault` are groups of labels
  match:REGEX  nomatch:REGEX        of a text
  this or that                      either of two; a|b for words
"""
import json
import os
import re
import subprocess
import sys
from decimal import Decimal, InvalidOperation

# ---------------------------------------------------------------------------------------------------------------------
# Where the product keeps what expected.tsv asks for. Where the product renames something, only these tables change.

LIST = {
    "client": "client", "server": "server", "opening": "opening", "ending": "ending", "endedBy": "endedBy",
    "heldBy": "heldBy", "timeWait": "timeWait", "start": "start", "duration": "duration", "handshake": "handshake",
    "reused": "reusesTuple", "role": "role",
}
for _end, _key in (("client", "fromClient"), ("server", "fromServer")):
    for _name in ("segments", "bytes", "retransmitted", "outOfOrder", "duplicateAcks", "zeroWindows", "rtt", "state"):
        LIST[f"{_end}.{_name}"] = f"{_key}.{_name}"

LONG = {"trip": "measures.time.roundTrip", "vantage": "measures.vantage.place"}
for _end in ("client", "server"):
    for _name, _key in {
        "segments": "segments", "bytes": "bytes", "payload": "payloadBytes", "retransmitted": "retransmittedSegments",
        "retransmittedBytes": "retransmittedBytes", "outOfOrder": "outOfOrder", "duplicateAcks": "duplicateAcks",
        "missing": "missingBytes", "cutOff": "cutOffBytes", "keepAlives": "keepAlives", "windowProbes": "windowProbes",
        "zeroWindows": "zeroWindows", "dsacks": "dsacks", "flight": "flightMaximum", "initialWindow": "initialWindow",
        "windowMaximum": "windowMaximum", "windowMinimum": "windowMinimum", "windowScaleKnown": "windowScaleKnown",
        "rtt.min": "roundTrip.minimum", "rtt.max": "roundTrip.maximum", "rtt.samples": "roundTrip.samples",
    }.items():
        LONG[f"{_end}.{_name}"] = f"measures.{_end}.{_key}"

SEGMENT = {
    "time": "time", "from": "from", "kind": "kind", "fate": "fate", "length": "length", "window": "window",
    "sequence": "sequence", "acknowledgment": "acknowledgment", "client.state": "client.state",
    "server.state": "server.state", "comment": "comment.en",
}
FLOW_SEGMENTS, NUMBER, FLAGS, LABELS, LABEL, LABEL_IS_FAULT = "segments", "number", "flags", "labels", "label", "isFault"

HEADER_LAYERS, HEADER_NAME, HEADER = "layers", "name", {"tcp.checksum": ("TCP", "checksum")}

# The labels that say "these numbers were sent before".
REPETITIONS = {
    "retry-after-refusal", "syn-retry", "syn-ack-retry", "fast-retransmission", "recovery-retransmission",
    "tail-loss-probe", "timeout-retransmission", "timer-retransmission", "retransmission-after-probe",
    "smaller-retransmission", "retransmission",
}
# `same` compares these: the list's field, --long's, the labels that count for it, the field of -Y.
SAME = {
    "retransmitted": ("retransmitted", "retransmitted", REPETITIONS, "retransmitted"),
    "duplicateAcks": ("duplicateAcks", "duplicateAcks", {"duplicate-ack"}, "dupacks"),
    "outOfOrder": ("outOfOrder", "outOfOrder", {"reordered"}, "outoforder"),
    "zeroWindows": ("zeroWindows", "zeroWindows", {"zero-window"}, "zerowindows"),
    "bytes": ("bytes", "bytes", None, "bytes"),
}
# Fields that a document may lack, which then means "none". Any other that is absent was renamed.
OPTIONAL = {
    "handshake", "endedBy", "heldBy", "fromClient.rtt", "fromServer.rtt", "fromClient.state", "fromServer.state",
    "measures.time.roundTrip", "measures.client.roundTrip", "measures.server.roundTrip", "client.state", "server.state",
    "acknowledgment",
}
# Words of the product (labels, fates, openings, endings, states) that are spelled otherwise in expected.tsv.
WORDS = {}

COMMANDS = {
    "list": ["connections", "FILE"],
    "list json": ["connections", "FILE", "--json"],
    "long": ["connections", "FILE", "--long"],
    "long json": ["connections", "FILE", "--long", "--json"],
    "zeek": ["connections", "FILE", "--format", "zeek"],
    "flow": ["flow", "FILE", "--conn", "N"],
    "flow json": ["flow", "FILE", "--json", "--conn", "N"],
    "header": ["header", "FILE#N"],
    "header json": ["header", "FILE#N", "--json"],
    "filter": ["connections", "FILE", "--json", "-Y", "N"],
    "threads": ["connections", "FILE", "--long", "--json", "--threads", "N"],
    "pipe": ["connections", "-", "--long", "--json"],
}
FOR_PEOPLE = ["--lang", "en", "--color", "never", "--width", "200"]
# ---------------------------------------------------------------------------------------------------------------------


class Trouble(Exception):
    """Why there is no answer."""


class Case:
    """One capture and what the binary says of it; each command runs once."""

    def __init__(self, binary, path):
        self.binary, self.path, self.ran = binary, path, {}

    def run(self, command, number="", stdin=None):
        key = (command, str(number))
        if key not in self.ran:
            filled = {"FILE": self.path, "FILE#N": f"{self.path}#{number}", "N": str(number)}
            words = [filled.get(word, word) for word in COMMANDS[command]]
            if "--json" not in words and "zeek" not in words:
                words += FOR_PEOPLE
            environment = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC")
            try:
                done = subprocess.run([self.binary, *words], input=stdin, capture_output=True, timeout=60,
                                      env=environment, check=False)
                self.ran[key] = (done.returncode, done.stdout.decode("utf-8", "replace"),
                                 done.stderr.decode("utf-8", "replace"))
            except subprocess.TimeoutExpired:
                raise Trouble(f"nothing within 60 s from {command}") from None
        return self.ran[key]

    def documents(self, command, number=""):
        """The JSON documents that a command prints, one after another."""
        code, text, complaint = self.run(command, number)
        decoder, found, place = json.JSONDecoder(), [], 0
        while True:
            while place < len(text) and text[place].isspace():
                place += 1
            if place == len(text):
                break
            try:
                document, place = decoder.raw_decode(text, place)
            except ValueError:
                raise Trouble(f"no JSON from {command}") from None
            found.append(document)
        if not found and code:
            first = complaint.strip().splitlines()[:1]
            raise Trouble(f"exit {code}: " + (first[0] if first else "without a word"))
        return found

    def rows(self, command):
        """The list's rows. That nothing matched is an empty list, no trouble."""
        try:
            return self.documents(command)
        except Trouble:
            if self.run(command)[0] == 5:
                return []
            raise

    def row(self, command, number):
        for row in self.rows(command):
            if row.get(NUMBER) == number:
                return row
        raise Trouble(f"no connection {number}")

    def segments(self, number):
        documents = self.documents("flow json", number)
        if not documents:
            raise Trouble(f"no connection {number}")
        return documents[0][FLOW_SEGMENTS]

    def segment(self, packet, number=None):
        numbers = [number] if number else [row[NUMBER] for row in self.rows("list json")]
        for one in numbers:
            for segment in self.segments(one):
                if segment[NUMBER] == packet:
                    return segment
        raise Trouble(f"no segment #{packet}")


def at(document, path):
    """The value there; None where it may be absent and is. Any other that is absent was renamed: KeyError."""
    place = ""
    for name in path.split("."):
        place += ("." if place else "") + name
        if name not in document:
            if place not in OPTIONAL:
                raise KeyError(place)
            return None
        document = document[name]
    return WORDS.get(document, document) if isinstance(document, str) else document


def labels(segment):
    """A segment's labels, and the groups that they belong to."""
    found = []
    for entry in segment[LABELS]:
        name = WORDS.get(entry[LABEL], entry[LABEL])
        found.append(name)
        if name in REPETITIONS and "repetition" not in found:
            found.append("repetition")
        if entry.get(LABEL_IS_FAULT) and "fault" not in found:
            found.append("fault")
    return found


def segment_field(segment, name):
    if name == "labels":
        return labels(segment)
    if name == "flags":
        return segment[FLAGS]
    return at(segment, SEGMENT[name])


def list_field(case, command, table, number, name):
    if number == "*":
        if not case.rows(command):
            raise Trouble("no connection")
        return sum(at(row, table[name]) or 0 for row in case.rows(command))
    return at(case.row(command, int(number)), table[name])


def zeek(case, number):
    _, text, _ = case.run("zeek")
    columns, rows = [], []
    for line in text.splitlines():
        if line.startswith("#fields"):
            columns = line.split("\t")[1:]
        elif line and not line.startswith("#"):
            rows.append(dict(zip(columns, line.split("\t"))))
    # Zeek's log is in the list's order.
    if number > len(rows):
        raise Trouble(f"no connection {number}")
    return rows[number - 1]


def same(case, number, end, name):
    in_list, in_long, in_labels, in_filter = SAME[name]
    found = {
        "list": list_field(case, "list json", LIST, number, f"{end}.{in_list}"),
        "long": list_field(case, "long json", LONG, number, f"{end}.{in_long}"),
    }
    if in_labels:
        found["labels"] = sum(segment["from"] == end and bool(in_labels & set(labels(segment)))
                              for segment in case.segments(int(number)))
    passed = count(case, f"number=={number} && {end}.{in_filter}=={found['list']}")
    if len(set(found.values())) == 1 and passed == 1:
        return "yes"
    return ", ".join(f"{where} {what}" for where, what in found.items()) + ("" if passed == 1 else ", -Y otherwise")


def count(case, expression):
    code, text, complaint = case.run("filter", expression)
    if code not in (0, 5):
        raise Trouble(f"exit {code}: " + (complaint.strip().splitlines() or [""])[0])
    return len([line for line in text.splitlines() if line.strip()])


def answer(case, ask):
    verb, _, rest = ask.partition(" ")
    if ask == "connections":
        return len(case.rows("list json"))
    if verb == "filter":
        return count(case, rest)
    if verb == "same":
        number, end, name = re.fullmatch(r"c(\d+)\.(client|server)\.(\w+)", rest).groups()
        return same(case, number, end, name)
    if verb in ("output", "exit"):
        if one := re.fullmatch(r"c(\d+)", rest):
            return json.dumps(case.row("list json", int(one[1])), ensure_ascii=False)
        command, number = re.fullmatch(r"([a-z]+)(\d*)", rest).groups()
        code, text, complaint = case.run(command, number)
        if verb == "exit":
            return code
        if not (text + complaint).strip() or (command == "flow" and code):
            raise Trouble(f"exit {code}: " + ((complaint.strip().splitlines() or ["without a word"])[0]))
        return (text + complaint).replace(case.path, "FILE").replace(os.path.basename(case.path), "FILE")
    if ask == "threads":
        one, three = (case.run("threads", n)[:2] for n in (1, 3))
        return "same" if one == three and one[1] else "different"
    if ask == "pipe":
        with open(case.path, "rb") as capture:
            piped = case.run("pipe", stdin=capture.read())
        return "same" if piped[:2] == case.run("long json")[:2] and piped[1] else "different"
    if found := re.fullmatch(r"c(\d+|\*)\.([\w.]+)", ask):
        return list_field(case, "list json", LIST, *found.groups())
    if found := re.fullmatch(r"long(\d+|\*)\.([\w.]+)", ask):
        return list_field(case, "long json", LONG, *found.groups())
    if found := re.fullmatch(r"zeek(\d+)\.(\w+)", ask):
        return zeek(case, int(found[1])).get(found[2])
    if found := re.fullmatch(r"(?:flow(\d+)\.)?#(\d+)\.([\w.]+)", ask):
        return segment_field(case.segment(int(found[2]), int(found[1]) if found[1] else None), found[3])
    if found := re.fullmatch(r"flow(\d+)\.labels(?:\.([\w-]+))?", ask):
        each = [labels(segment) for segment in case.segments(int(found[1]))]
        return sum(found[2] in one for one in each) if found[2] else [label for one in each for label in one]
    if found := re.fullmatch(r"flow(\d+)\.octets\.(client|server)", ask):
        return sum(at(one, SEGMENT["length"]) for one in case.segments(int(found[1])) if one["from"] == found[2])
    if found := re.fullmatch(r"header(\d+)\.([\w.]+)", ask):
        layer, field = HEADER[found[2]]
        documents = case.documents("header json", found[1])
        for one in documents[0][HEADER_LAYERS] if documents else []:
            if one[HEADER_NAME] == layer:
                return at(one, field)
        raise Trouble(f"no {layer} layer")
    raise Trouble(f"nobody can answer {ask!r}")


def number_of(value):
    if isinstance(value, bool) or value is None or isinstance(value, list):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def holds(got, right):
    if " or " in right:
        return any(holds(got, one.strip()) for one in right.split(" or "))
    if right == "none":
        return got is None or got == "none"
    if right.startswith("~"):
        near, _, by = right[1:].partition("±")
        value = number_of(got)
        return value is not None and abs(value - Decimal(near.strip())) <= Decimal(by.strip() or "0")
    if right[:2] in (">=", "<="):
        value = number_of(got)
        if value is None:
            return False
        return value >= Decimal(right[2:]) if right[0] == ">" else value <= Decimal(right[2:])
    if right.startswith(("has:", "lacks:")):
        verb, _, names = right.partition(":")
        have = got if isinstance(got, list) else [] if got is None else [got]
        each = [name in have for name in names.split(",")]
        return all(each) if verb == "has" else not any(each)
    if right.startswith(("match:", "nomatch:")):
        verb, _, pattern = right.partition(":")
        return bool(re.search(pattern, got or "")) == (verb == "match")
    if isinstance(got, bool):
        return right == str(got).lower()
    left, asked = number_of(got), number_of(right)
    if left is not None and asked is not None:
        return left == asked
    return str(got) in right.split("|")


def shown(got):
    text = "none" if got is None else " ".join(got) if isinstance(got, list) else str(got)
    text = " ".join(text.split()) or "nothing"
    return text if len(text) <= 160 else text[:157] + "..."

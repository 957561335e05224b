#!/usr/bin/env python3
"""mutate.py [--sample 400] [--seed 1]: which share of the core's mutants do its tests kill?

A mutant is the core with one small fault. Every mutant of Sources/AmtguardCore is compiled into one copy of the core,
where the environment variable MUTANT switches one of them on. So there is one build, and then one run of
AmtguardCoreTests and AmtguardLabTests for each mutant. A mutant is killed if a test fails, crashes, or takes ten times
as long as usual (20 seconds at least).

The compiler says where the faults can be: `swiftc -dump-ast` prints the typed tree of each file with the places of its
expressions. The compiler also judges: mutants that do not compile are left out until the rest does.

    negated-condition   if / guard / while / where / ?:  flip(n, condition)
    negated-result      a result of type Bool            flip(n, result)
    equality            == and !=                        flip(n, a == b)
    order               < and <=, > and >=
    logic               && and ||
    boolean             true and false
    arithmetic          + and -, += and -=
    number              an integer literal plus one
    range               ... and ..<
    call-removed        a statement that is a call
    assign-removed      a statement that is an assignment, outside of initializers

Left out are preconditions and assertions: they catch our own bugs only, and no test may reach them. A negation that
equals another mutant (`!(a == b)` of `if a == b`) counts once. TEXTS names files that are left out too, because they
only print for people, and the golden files of AmtguardCommandsTests show each of their words. All other texts count.

Runs without a mutant come first. One measures each test: the slow ones, and the storm with all its seeds, run in the
end for mutants that the quick ones do not kill. Another records which mutants each of these two parts executes; what
none executes survives without a run.

The result is DIR/result.json, and DIR/survivors.txt for readers. A second run with the same DIR continues it. After a
change of tests, `--again` tries the survivors again; after a change of the core, begin with another DIR or `--fresh`.
Run it with `chrt --idle 0 nice -n 19` where others measure.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

CORE = "Sources/AmtguardCore"
COPIED = ["Sources/AmtguardCore", "Sources/AmtguardLab", "Tests/AmtguardCoreTests", "Tests/AmtguardLabTests",
          "Tests/AmtguardTestTools", "Tests/Corpora", "Tests/Reports", "docs", "systemd"]
TEXTS = ["Telling/Summary.swift", "Telling/Status+NATText.swift"]
PACKAGE = """// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "mutants",
    targets: [
        .target(name: "AmtguardCore"),
        .target(name: "AmtguardLab", dependencies: ["AmtguardCore"]),
        .target(name: "AmtguardTestTools", path: "Tests/AmtguardTestTools", exclude: ["validate.py"]),
        .testTarget(name: "AmtguardCoreTests", dependencies: ["AmtguardCore", "AmtguardLab", "AmtguardTestTools"]),
        .testTarget(name: "AmtguardLabTests", dependencies: ["AmtguardLab", "AmtguardCore"]),
    ]
)
// As in the real package, except that warnings are no errors: a removed call leaves a variable that never changes.
for target in package.targets {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .unsafeFlags(["-Xcc", "-D_GNU_SOURCE", "-suppress-warnings"]),
    ]
}
"""
# The switch. Its names are public because default arguments of public functions may not use others.
SWITCH = """import Glibc

public let mutantActive: Int = getenv("MUTANT").flatMap { Int(String(cString: $0)) } ?? -1
/// A byte for each mutant, 1 if it was executed; written to the file MUTANT_TRACE at the end.
nonisolated(unsafe) public let mutantTrace: UnsafeMutablePointer<UInt8>? = {
    guard getenv("MUTANT_TRACE") != nil else { return nil }
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: %(count)d)
    bytes.initialize(repeating: 0, count: %(count)d)
    atexit {
        guard let path = getenv("MUTANT_TRACE"), let file = fopen(path, "w") else { return }
        fwrite(mutantTrace, 1, %(count)d, file)
        fclose(file)
    }
    return bytes
}()

@inline(never) public func mutantTraced(_ n: Int) { mutantTrace?[n] = 1 }
@inline(__always) public func mutantOn(_ n: Int) -> Bool {
    if mutantTrace != nil { mutantTraced(n) }
    return mutantActive == n
}
public func mutantKeep(_ n: Int) -> Bool { !mutantOn(n) }
public func mutantFlip(_ n: Int, _ value: Bool) -> Bool { mutantOn(n) ? !value : value }
public func mutantAnd(_ n: Int, _ a: Bool, _ b: @autoclosure () throws -> Bool) rethrows -> Bool {
    if mutantOn(n) { return try a || b() } else { return try a && b() }
}
public func mutantOr(_ n: Int, _ a: Bool, _ b: @autoclosure () throws -> Bool) rethrows -> Bool {
    if mutantOn(n) { return try a && b() } else { return try a || b() }
}
public func mutantLess<T: Comparable>(_ n: Int, _ a: T, _ b: T) -> Bool { mutantOn(n) ? a <= b : a < b }
public func mutantLessOrEqual<T: Comparable>(_ n: Int, _ a: T, _ b: T) -> Bool { mutantOn(n) ? a < b : a <= b }
public func mutantMore<T: Comparable>(_ n: Int, _ a: T, _ b: T) -> Bool { mutantOn(n) ? a >= b : a > b }
public func mutantMoreOrEqual<T: Comparable>(_ n: Int, _ a: T, _ b: T) -> Bool { mutantOn(n) ? a > b : a >= b }
public func mutantNumber<T: FixedWidthInteger>(_ n: Int, _ value: T) -> T { mutantOn(n) ? value &+ 1 : value }
public func mutantPlus<T: AdditiveArithmetic>(_ n: Int, _ a: T, _ b: T) -> T { mutantOn(n) ? a - b : a + b }
public func mutantMinus<T: AdditiveArithmetic>(_ n: Int, _ a: T, _ b: T) -> T { mutantOn(n) ? a + b : a - b }
public func mutantPlus(_ n: Int, _ a: Instant, _ b: Duration) -> Instant { mutantOn(n) ? a - b : a + b }
public func mutantMinus(_ n: Int, _ a: Instant, _ b: Duration) -> Instant { mutantOn(n) ? a + b : a - b }
public func mutantMinus(_ n: Int, _ a: Instant, _ b: Instant) -> Duration {
    mutantOn(n) ? a.sinceBoot + b.sinceBoot : a - b
}
public func mutantClosed<T: FixedWidthInteger>(_ n: Int, _ a: T, _ b: T) -> ClosedRange<T> {
    mutantOn(n) ? a...(b - 1) : a...b
}
public func mutantHalfOpen<T: FixedWidthInteger>(_ n: Int, _ a: T, _ b: T) -> Range<T> {
    mutantOn(n) ? a..<(b + 1) : a..<b
}
"""
ORDER = {"<": ("mutantLess", "<="), "<=": ("mutantLessOrEqual", "<"), ">": ("mutantMore", ">="),
         ">=": ("mutantMoreOrEqual", ">")}
INTEGERS = {"$sSiD", "$sSuD"} | {f"$ss{len(n)}{n}VD" for n in
                                 [f"{s}Int{b}" for s in ("", "U") for b in (8, 16, 32, 64, 128)]}
BOOL = "$sSbD"


@dataclass
class Mutant:
    path: str  # below CORE
    operator: str
    start: int  # the bytes of the expression
    end: int
    form: str  # how render() writes it
    at: int = 0  # the bytes of an infix operator
    to: int = 0
    swap: tuple = ()
    line: int = 0
    column: int = 0
    last: int = 0  # the last line
    original: str = ""
    mutated: str = ""
    number: int = -1
    children: list = field(default_factory=list)

    @property
    def key(self):
        return f"{self.path}:{self.line}:{self.column} {self.operator}"


# --- Tokens: the tree gives the start of an expression's last token, not its end.

IDENTIFIER = re.compile(rb"[$_A-Za-z\x80-\xff][_0-9A-Za-z\x80-\xff]*")
NUMBER = re.compile(rb"0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*(\.[0-9][0-9_]*)?")
OPERATOR = re.compile(rb"[-+*/=<>!&|^~%?.]+")


def string_end(text, at):
    hashes = 0
    while text[at + hashes:at + hashes + 1] == b"#":
        hashes += 1
    at += hashes
    quote = b'"""' if text[at:at + 3] == b'"""' else b'"'
    at += len(quote)
    escape, close = b"\\" + b"#" * hashes, quote + b"#" * hashes
    while at < len(text):
        if text.startswith(escape, at):
            at += len(escape)
            if text[at:at + 1] == b"(":
                depth = 0
                while at < len(text):
                    byte = text[at:at + 1]
                    if byte == b'"':
                        at = string_end(text, at)
                        continue
                    depth += (byte == b"(") - (byte == b")")
                    at += 1
                    if depth == 0:
                        break
            else:
                at += 1
        elif text.startswith(close, at):
            return at + len(close)
        else:
            at += 1
    raise ValueError("a string without an end")


def token_end(text, at):
    byte = text[at:at + 1]
    if byte == b'"' or re.match(rb'#+"', text[at:at + 8]):
        return string_end(text, at)
    if byte == b"`":
        return text.index(b"`", at + 1) + 1
    if byte == b"#":
        return IDENTIFIER.match(text, at + 1).end()
    if byte == b"-":  # of a literal
        return NUMBER.match(text, at + 1).end()
    for pattern in (IDENTIFIER, NUMBER):
        if match := pattern.match(text, at):
            return match.end()
    if byte in (b"!", b"?"):
        return at + 1
    if match := OPERATOR.match(text, at):
        return match.end()
    return at + 1


# --- The places of mutants, in the compiler's tree.

class Finder:
    def __init__(self, path, text, tree):
        self.path, self.text, self.found, self.functions = path, text, {}, []
        self.lines = [0] + [m.end() for m in re.finditer(rb"\n", text)]
        self.walk(tree, None, False)

    def span(self, node):
        return node["range"]["start"], token_end(self.text, node["range"]["end"])

    def add(self, operator, node, form, **more):
        start, end = self.span(node)
        if (start, end, operator) in self.found:
            return
        mutant = Mutant(self.path, operator, start, end, form, **more)
        self.found[start, end, operator] = mutant
        mutant.line, mutant.column = self.place(start)
        mutant.last = self.place(end - 1)[0]
        line_start = self.lines[mutant.line - 1]
        line_end = self.text.find(b"\n", end)
        written = lambda inner: re.sub(
            r"\s+", " ", (self.text[line_start:start] + inner + self.text[end:line_end]).decode().strip())
        mutant.original = written(self.text[start:end])
        mutant.mutated = written(self.fault(mutant))

    def place(self, offset):
        low, high = 0, len(self.lines)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.lines[middle] <= offset else (low, middle)
        return low + 1, offset - self.lines[low] + 1

    def fault(self, m):
        """The mutant's source as a reader would write it."""
        body = self.text[m.start:m.end]
        match m.form:
            case "flip" if m.swap:
                return self.text[m.start:m.at] + m.swap[0].encode() + self.text[m.to:m.end]
            case "flip":
                return b"!(" + body + b")"
            case "keep":
                return b"/* " + body + b" */"
            case "number":
                return b"(" + body + b" + 1)"
            case "boolean":
                return b"false" if body == b"true" else b"true"
            case _:
                return self.text[m.start:m.at] + m.swap[0].encode() + self.text[m.to:m.end]

    def negate(self, operator, node):
        """A negation, unless another mutant is the same."""
        inner = node
        while inner["_kind"] in ("paren_expr", "function_conversion_expr", "load_expr") and "sub_expr" in inner:
            inner = inner["sub_expr"]
        if node.get("type") != BOOL or node.get("implicit") or inner["_kind"] == "boolean_literal_expr":
            return
        if inner["_kind"] == "binary_expr" and self.infix(inner)[0] in ("==", "!="):
            return
        if "range" in node:
            self.add(operator, node, "flip")

    def infix(self, node):
        start = node["fn"]["range"]["start"] if "range" in node["fn"] else None
        if start is None:
            return "", 0, 0
        match = OPERATOR.match(self.text, start)
        return (match.group().decode(), start, match.end()) if match else ("", 0, 0)

    def binary(self, node):
        word, at, to = self.infix(node)
        arguments = [a["expr"] for a in node["args"].get("args", [])]
        if len(arguments) != 2:
            return
        left, right = (a.get("type", "") for a in arguments)
        where = {"at": at, "to": to}
        if word in ("==", "!="):
            self.add("equality", node, "flip", swap=("!=" if word == "==" else "==",), **where)
        elif word in ORDER:
            name, other = ORDER[word]
            plain = left == right and not re.search("tD$", left)  # no tuples
            self.add("order", node, "call" if plain else "either", swap=(other, name), **where)
        elif word in ("&&", "||"):
            swap = ("||", "mutantAnd") if word == "&&" else ("&&", "mutantOr")
            self.add("logic", node, "call", swap=swap, **where)
        elif word in ("+", "-") and "SS" not in left and not left.startswith("$sSa"):
            other = "-" if word == "+" else "+"
            plain = left == right == node.get("type") or left == "$s12AmtguardCore7InstantVD"
            name = "mutantPlus" if word == "+" else "mutantMinus"
            self.add("arithmetic", node, "call" if plain else "either", swap=(other, name), **where)
        elif word in ("+=", "-=") and right in INTEGERS | {"$ss8DurationVD"}:
            self.add("arithmetic", node, "either", swap=("-=" if word == "+=" else "+=",), **where)
        elif word in ("...", "..<") and left == right and left in INTEGERS:
            other, name = ("..<", "mutantClosed") if word == "..." else ("...", "mutantHalfOpen")
            self.add("range", node, "call", swap=(other, name), **where)

    def statement(self, node, initializer):
        """Statements that do something: calls and assignments."""
        inner, discards = node, node.get("type") == "$sytD"
        while inner["_kind"] in ("try_expr", "optional_evaluation_expr", "paren_expr", "optional_try_expr",
                                 "inject_into_optional", "bind_optional_expr") and "sub_expr" in inner:
            inner = inner["sub_expr"]
        if inner["_kind"] == "assign_expr" and inner["dest"]["_kind"] == "discard_assignment_expr":
            inner, discards = inner["src"], True
            while inner["_kind"] in ("try_expr", "optional_evaluation_expr") and "sub_expr" in inner:
                inner = inner["sub_expr"]
        if node.get("type") == "$ss5NeverOD" or node["range"]["start"] == node["range"]["end"] == 0:
            return
        if inner["_kind"] == "call_expr":
            self.add("call-removed", node, "keep")
        elif inner["_kind"] == "assign_expr" and not initializer:
            self.add("assign-removed", node, "keep")
        elif inner["_kind"] == "binary_expr" and self.infix(inner)[0].endswith("=") and not initializer:
            self.add("assign-removed", node, "keep")

    def walk(self, node, parent, initializer):
        if isinstance(node, list):
            for item in node:
                self.walk(item, parent, initializer)
            return
        if not isinstance(node, dict):
            return
        kind = node.get("_kind", "")
        if kind.endswith("_decl") and node.get("implicit"):
            return
        if kind in ("func_decl", "constructor_decl", "accessor_decl") and "range" in node:
            start, end = self.span(node)
            self.functions.append((self.place(start)[0], self.place(end - 1)[0]))
        if kind == "constructor_decl":
            initializer = True
        elif kind in ("func_decl", "accessor_decl", "closure_expr"):
            initializer = kind == "closure_expr" and initializer
        if kind == "call_expr" and "range" in node:
            start = node["range"]["start"]
            if re.match(rb"(precondition|assert|assertion|fatal)(Failure|Error)?\(", self.text[start:start + 30]):
                return
        if "range" in node and not node.get("implicit"):
            if kind == "binary_expr":
                self.binary(node)
            elif kind == "boolean_literal_expr" and node.get("type") == BOOL and parent != "while_stmt":
                self.add("boolean", node, "boolean")
            elif kind == "integer_literal_expr" and node.get("type") in INTEGERS:
                self.add("number", node, "number")
        for condition in node.get("conditions", []) if kind in ("if_stmt", "guard_stmt", "while_stmt") else []:
            if condition.get("_kind", "").endswith("_expr"):
                self.negate("negated-condition", condition)
        for name in ("where", "cond_expr", "guard", "guard_expr"):
            if isinstance(node.get(name), dict) and node[name].get("_kind", "").endswith("_expr"):
                self.negate("negated-condition", node[name])
        if kind in ("return_stmt", "then_stmt") and isinstance(node.get("result"), dict):
            self.negate("negated-result", node["result"])
        if kind == "brace_stmt" and parent != "tap_expr":  # which is a string's interpolation
            for element in node.get("elements", []):
                if element["_kind"].endswith("_expr") and "range" in element:
                    self.statement(element, initializer)
        for name, value in node.items():
            if isinstance(value, (dict, list)) and name not in ("decl", "attrs", "inherits"):
                self.walk(value, kind, initializer)


# --- The copy of the core in which they all are.

def tree_of(mutants):
    """Nests the mutants; of those with the same bytes the negations are outside."""
    rank = {"keep": 0, "flip": 1}
    roots, open_ones = [], []
    for m in sorted(mutants, key=lambda m: (m.start, -m.end, rank.get(m.form, 2))):
        m.children = []
        while open_ones and open_ones[-1].end <= m.start:
            open_ones.pop()
        if open_ones and m.end > open_ones[-1].end:
            raise ValueError(f"{m.key} overlaps {open_ones[-1].key}")
        (open_ones[-1].children if open_ones else roots).append(m)
        open_ones.append(m)
    return roots


def render(text, start, end, mutants):
    out, at = [], start
    for m in mutants:
        if m.start < start or m.end > end:
            continue
        out += [text[at:m.start], render_one(text, m)]
        at = m.end
    return b"".join(out + [text[at:end]])


def render_one(text, m):
    n, whole = m.number, lambda: render(text, m.start, m.end, m.children)
    match m.form:
        case "flip":
            return b"mutantFlip(%d, %b)" % (n, whole())
        case "keep":
            return b"if mutantKeep(%d) { %b }" % (n, whole())
        case "boolean":
            return b"mutantFlip(%d, %b)" % (n, whole())
        case "number":
            return b"mutantNumber(%d, %b)" % (n, whole())
    left = render(text, m.start, m.at, m.children)
    right = render(text, m.to, m.end, m.children)
    if m.form == "call":
        return b"%b(%d, %b, %b)" % (m.swap[1].encode(), n, left, right)
    # The lines must stay where they are, so the fault is on one line.
    flat = lambda side: side if b"//" in side else re.sub(rb"\s*\n\s*", b" ", side)
    fault = flat(left) + m.swap[0].encode() + flat(right)
    plain = left + text[m.at:m.to] + right
    if m.operator == "arithmetic" and m.swap[0].endswith("="):
        return b"if mutantOn(%d) { %b } else { %b }" % (n, fault, plain)
    return b"(mutantOn(%d) ? (%b) : (%b))" % (n, fault, plain)


class Project:
    def __init__(self, checkout, scratch, swift):
        self.checkout, self.scratch, self.swift = Path(checkout), Path(scratch), Path(swift)
        self.package = self.scratch / "package"
        self.mutants, self.finders = [], {}

    def copy(self):
        """The checkout's files; the core is written by write()."""
        for folder in COPIED:
            if folder != CORE:
                self.copy_tree(folder)
        self.put(self.package / "Package.swift", PACKAGE.encode())

    def copy_tree(self, folder):
        """Files that did not change keep their time, so that nothing is built again."""
        source, target = self.checkout / folder, self.package / folder
        wanted = {p.relative_to(source) for p in source.rglob("*") if p.is_file()}
        for path in [p for p in target.rglob("*") if p.is_file()] if target.exists() else []:
            if path.relative_to(target) not in wanted:
                path.unlink()
        for path in wanted:
            self.put(target / path, (source / path).read_bytes())

    @staticmethod
    def put(path, data):
        if path.exists() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def snapshot(self):
        """The core as the run sees it from its beginning to its end."""
        kept = self.scratch / "core"
        if not kept.exists():
            shutil.copytree(self.checkout / CORE, kept)
        return kept

    def find(self):
        kept = self.snapshot()
        files = sorted(p.relative_to(kept).as_posix() for p in kept.rglob("*.swift"))
        trees = self.scratch / "trees"
        trees.mkdir(exist_ok=True)
        command = [str(self.swift / "swiftc"), "-frontend", "-dump-ast", "-dump-ast-format", "json", "-module-name",
                   "AmtguardCore", "-package-name", "mutants", "-swift-version", "6"]
        for number, name in enumerate(files):
            command += ["-primary-file", str(kept / name), "-o", str(trees / f"{number}.json")]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        for number, name in enumerate(files):
            tree = json.loads((trees / f"{number}.json").read_bytes())
            self.finders[name] = Finder(name, (kept / name).read_bytes(), tree)
            self.mutants += sorted(self.finders[name].found.values(), key=lambda m: (m.start, m.operator))
        shutil.rmtree(trees)

    def write(self):
        for number, mutant in enumerate(self.mutants):
            mutant.number = number
        for name, finder in self.finders.items():
            mine = [m for m in self.mutants if m.path == name]
            text = render(finder.text, 0, len(finder.text), tree_of(mine))
            self.put(self.package / CORE / name, text)
        self.put(self.package / CORE / "MutantSwitch.swift", (SWITCH % {"count": len(self.mutants)}).encode())

    def settle(self):
        """Leaves out what does not compile, until the rest does."""
        left_out, settled = [], self.scratch / "settled"
        for attempt in range(60):
            self.write()
            files = [str(p) for p in sorted((self.package / CORE).rglob("*.swift"))]
            state = hashlib.sha256(b"".join(Path(name).read_bytes() for name in files)).hexdigest()
            if settled.exists() and settled.read_text() == state:
                return left_out
            done = subprocess.run(
                [str(self.swift / "swiftc"), "-emit-sil", "-Onone", "-o", "/dev/null", "-module-name", "AmtguardCore",
                 "-package-name", "mutants", "-swift-version", "6", "-wmo", "-suppress-warnings",
                 "-enable-upcoming-feature", "ExistentialAny", "-enable-upcoming-feature", "InternalImportsByDefault",
                 *files],
                capture_output=True, text=True, errors="replace")
            if done.returncode == 0:
                settled.write_text(state)
                return left_out
            errors = sorted(set(re.findall(r"^(/\S+?\.swift):(\d+):(\d+): error: (.*)", done.stderr, re.M)))
            gone = []
            for path, line, _, says in errors:
                name = os.path.relpath(path, self.package / CORE)
                gone += [(m, says) for m in self.blamed(name, int(line), says)]
            gone = {m.key: (m, says) for m, says in gone}
            print(f"  build {attempt + 1}: {len(errors)} errors, {len(gone)} mutants left out", flush=True)
            if not gone:
                sys.exit(done.stderr[-4000:])
            left_out += [{"mutant": key, "error": says} for key, (_, says) in gone.items()]
            self.mutants = [m for m in self.mutants if m.key not in gone]
        sys.exit("the core with its mutants does not compile")

    def blamed(self, name, line, says):
        """The mutants that an error may be about.

        They are of its line, else around it, else of its function. Of those of a line the first to go are these that
        are written twice or have many overloads.
        """
        mine = [m for m in self.mutants if m.path == name]
        function = [m for m in mine for first, last in self.finders[name].functions
                    if first <= line <= last and first <= m.line <= last]
        if match := re.match(r"(?:constant|variable) '(\w+)' (?:used|captured) .*before being initialized", says):
            text = self.finders[name].text
            if late := [m for m in function if m.operator == "assign-removed"
                        and re.match(rb"%b\b" % match.group(1).encode(), text[m.start:])]:
                return late
        of_line = [m for m in mine if m.line == line]
        return [m for m in of_line if m.form == "either" or m.operator in ("arithmetic", "range")] \
            or of_line or [m for m in mine if m.line <= line <= m.last] or function

    def build(self):
        done = subprocess.run(
            [str(self.swift / "swift"), "build", "--package-path", str(self.package), "--build-tests", "-c", "release",
             "-Xswiftc", "-enable-testing", "-Xswiftc", "-package-name", "-Xswiftc", "mutants"],
            capture_output=True, text=True, errors="replace")
        if done.returncode != 0:
            sys.exit((done.stdout + done.stderr)[-4000:])

    @property
    def program(self):
        return self.package / ".build/release/mutantsPackageTests.xctest"


# --- Running.

class Runner:
    def __init__(self, project):
        self.project = project
        self.slow, self.executed, self.limits = [], {}, {}

    def arguments(self, part):
        return [word for name in self.slow for word in ("--skip" if part == "quick" else "--filter", name)]

    def prepare(self):
        """Measures the tests without a mutant."""
        failed, why, whole, lines = self.run("all", "--no-parallel")
        if failed:
            sys.exit(f"the tests fail without a mutant: {why}")
        # `--skip` takes a regular expression of the test's name.
        for line in lines:
            if match := re.search(r'Test "(.*)" (?:with \d+ test cases? )?passed after ([0-9.]+) seconds', line):
                if float(match[2]) > whole / 100:
                    self.slow.append(re.sub(r"[^0-9A-Za-z ]", ".", match[1]))
        self.slow = sorted({*self.slow, "keeps its promises"})
        for part in ("quick", "slow"):
            trace = self.project.scratch / f"trace-{part}"
            failed, why, usual, _ = self.run(part, trace=trace)
            if failed:
                sys.exit(f"the {part} tests fail without a mutant: {why}")
            self.executed[part] = trace.read_bytes()
            self.limits[part] = max(20.0, 10 * usual)
            print(f"{part} tests: {usual:.1f} s, {sum(self.executed[part])} mutants executed", flush=True)

    def run(self, part, *more, mutant=None, trace=None):
        """(killed, why, seconds, lines)"""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MUTANT", "STORM_"))}
        environment |= {"SWIFT_BACKTRACE": "enable=no", "LC_ALL": "C.UTF-8"}
        if part == "quick":
            environment |= {"STORM_SEEDS": "0..<1", "STORM_STEPS": "2000"}
        if mutant is not None:
            environment["MUTANT"] = str(mutant.number)
        if trace:
            environment["MUTANT_TRACE"] = str(trace)
        limit = self.limits.get(part, 600.0)
        start = time.monotonic()
        process = subprocess.Popen(
            [str(self.project.program), "--testing-library", "swift-testing", *self.arguments(part), *more],
            env=environment, cwd=self.project.package, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        late = threading.Event()

        def stop():
            late.set()
            self.end(process)
        timer = threading.Timer(limit, stop)
        timer.start()
        why, passed, lines = None, False, []
        try:
            for line in process.stdout:
                lines.append(line)
                if " recorded an issue" in line:
                    name = re.search(r"Test (.*?) recorded an issue", line)
                    place = re.search(r" at (\S+\.swift:\d+)", line)
                    why = f"{name.group(1) if name else line.strip()} ({place.group(1) if place else '?'})"
                    break
                passed |= bool(re.search(r"Test run with \d+ tests? .*passed", line))
        finally:
            timer.cancel()
        if why or late.is_set():
            self.end(process)
        process.stdout.close()
        process.wait()
        seconds = time.monotonic() - start
        if late.is_set():
            why = f"longer than {limit:.0f} s"
        elif not why and (process.returncode != 0 or not passed):
            why = f"crash, status {process.returncode}"
        return bool(why), why or "", seconds, lines

    @staticmethod
    def end(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=400, help="how many mutants; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--checkout", default=str(Path(__file__).resolve().parents[2]))
    parser.add_argument("--dir", default=None, help="scratch directory (CHECKOUT/.build/mutation)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="a regular expression for FILE:LINE:COLUMN OPERATOR")
    parser.add_argument("--again", action="store_true", help="tries the survivors again as well, with the tests of now")
    parser.add_argument("--only-slow", action="store_true", help="only the slow tests, for what survived the others")
    parser.add_argument("--fresh", action="store_true", help="forgets an earlier run in this directory")
    parser.add_argument("--seconds", type=float, default=0, help="begins no mutant after this time")
    options = parser.parse_args()
    begun = time.monotonic()

    scratch = Path(options.dir or f"{options.checkout}/.build/mutation")
    if options.fresh and scratch.exists():
        for name in ("core", "result.json", "left-out.json"):
            path = scratch / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    scratch.mkdir(parents=True, exist_ok=True)
    project = Project(options.checkout, scratch, Path(shutil.which("swift")).parent)

    print("Copying and looking for places", flush=True)
    project.copy()
    project.find()
    known_bad = scratch / "left-out.json"
    left_out = json.loads(known_bad.read_text()) if known_bad.exists() else []
    bad = {entry["mutant"] for entry in left_out}
    project.mutants = [m for m in project.mutants if m.key not in bad]
    print(f"{len(project.mutants)} mutants; compiling", flush=True)
    left_out += project.settle()
    known_bad.write_text(json.dumps(left_out, indent=1))
    project.build()

    runner = Runner(project)
    print(f"{len(project.mutants)} mutants, {len(left_out)} left out", flush=True)
    runner.prepare()

    result_file = scratch / "result.json"
    results = json.loads(result_file.read_text())["mutants"] if result_file.exists() else []
    results = {e["mutant"]: e for e in results if not e["mutant"].startswith(tuple(TEXTS))}
    before = {key for key, entry in results.items() if not entry["killed"]}
    counted = [m for m in project.mutants if m.path not in TEXTS]
    chosen = list(counted)
    random.Random(options.seed).shuffle(chosen)
    if options.only:
        chosen = [m for m in chosen if re.search(options.only, m.key)]
    elif options.sample:
        chosen = chosen[:options.sample]
    todo = [m for m in chosen if m.key not in results or options.only]
    if options.again:
        todo += [m for m in counted if m.key in before]
    for m in todo:
        results.pop(m.key, None)
    todo += [m for m in counted if m not in todo and results.get(m.key, {}).get("pending")]
    lock = threading.Lock()
    done = 0

    def save():
        entries = sorted(results.values(), key=lambda e: e["mutant"])
        killed = sum(e["killed"] for e in entries)
        by_operator = {}
        for m in counted:
            by_operator.setdefault(m.operator, {"all": 0, "tried": 0, "killed": 0})["all"] += 1
        for e in entries:
            counts = by_operator.setdefault(e["operator"], {"all": 0, "tried": 0, "killed": 0})
            counts["tried"] += 1
            counts["killed"] += e["killed"]
        result = {"all": len(counted), "leftOut": len(left_out), "tried": len(entries), "killed": killed,
                  "operators": by_operator, "mutants": entries}
        text = json.dumps(result, indent=1, ensure_ascii=False)
        temporary = result_file.with_suffix(".new")
        temporary.write_text(text)
        temporary.replace(result_file)
        survivors = [e for e in entries if not e["killed"]]
        note = lambda e: " (slow tests are due)" if e.get("pending") else "" if e["executed"] else " (not executed)"
        (scratch / "survivors.txt").write_text("".join(
            f"{e['mutant']}{note(e)}\n  - {e['original']}\n  + {e['mutated']}\n" for e in survivors))
        return killed, len(entries)

    def try_one(mutant, part, count):
        nonlocal done
        if options.seconds and time.monotonic() - begun > options.seconds:
            return
        killed, why, seconds = False, "", 0.0
        if runner.executed[part][mutant.number]:
            killed, why, seconds, _ = runner.run(part, mutant=mutant)
        with lock:
            done += 1
            results[mutant.key] = {
                "mutant": mutant.key, "operator": mutant.operator, "file": f"{CORE}/{mutant.path}", "line": mutant.line,
                "original": mutant.original, "mutated": mutant.mutated, "killed": killed, "by": why,
                "executed": any(trace[mutant.number] for trace in runner.executed.values()),
                "pending": part == "quick" and not killed and bool(runner.executed["slow"][mutant.number]),
                "seconds": round(seconds, 1)}
            total, tried = save()
            print(f"[{part} {done}/{count}, {100 * total / tried:.1f} % of {tried}] "
                  f"{'killed  ' if killed else 'survived'} {mutant.key}  {seconds:.1f} s  {why}", flush=True)

    with concurrent.futures.ThreadPoolExecutor(min(2, max(1, options.workers))) as pool:
        for part in ("quick", "slow"):
            if part == "slow":
                todo = [m for m in counted if results.get(m.key, {}).get("pending")]
            elif options.only_slow:
                continue
            done = 0
            for future in [pool.submit(try_one, m, part, len(todo)) for m in todo]:
                future.result()
    killed, tried = save()
    print(f"{killed} of {tried} mutants killed ({100 * killed / max(1, tried):.1f} %); see {result_file}")


if __name__ == "__main__":
    main()

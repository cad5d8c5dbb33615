/// The page's ES modules as one script. A file on a disk may not import others, so a page that is to open from one has them all
/// inside.
///
/// Comments that take a line of their own stay behind.
///
/// The rule: `import { a, b } from './x.js';` and `export` stand at the beginning of a line, an import in one line, and no name
/// is declared in two modules. Then the modules one behind the other, each behind those that it imports and without these
/// words, are one module that means the same.
struct ModuleBundle {
    /// A module cannot be put together with others.
    enum Fault: Error, Equatable {
        case missing(String)
        /// The first module imports the second, which (through others, perhaps) imports the first.
        case circle(String)
        /// The line is no import as the rule wants it.
        case form(String, line: String)
    }

    private(set) var source = ""
    /// The modules in the order in which they stand in ``source``.
    private(set) var names: [String] = []
    private var open: [String] = []

    /// - Parameter text: the text of a module.
    init(of main: String, text: (String) -> String?) throws(Fault) { try add(main, text) }

    private mutating func add(_ name: String, _ text: (String) -> String?) throws(Fault) {
        guard !names.contains(name) else { return }
        guard !open.contains(name) else { throw .circle(name) }
        guard let module = text(name) else { throw .missing(name) }
        open.append(name)
        var own = ""
        for line in module.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("import ") {
                guard let imported = Self.imported(line) else { throw .form(name, line: String(line)) }
                try add(imported, text)
            } else if !line.drop(while: { $0 == " " }).hasPrefix("//") {
                own += line.hasPrefix("export ") ? line.dropFirst("export ".count) : line
                own += "\n"
            }
        }
        open.removeLast()
        names.append(name)
        source += own
    }

    /// `x.js` of `import { a } from './x.js';`
    private static func imported(_ line: Substring) -> String? {
        let parts = line.split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].hasPrefix("import { "), parts[0].hasSuffix(" } from "), parts[2] == ";",
            parts[1].hasPrefix("./")
        else { return nil }
        return String(parts[1].dropFirst(2))
    }
}

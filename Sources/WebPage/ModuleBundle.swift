/// Joins the page's ES modules into one script. A page that is opened from a file cannot import modules from other
/// files, so it must contain all of them.
///
/// Comments on lines of their own are removed.
///
/// The modules must obey a rule: `import { a, b } from './x.js';` and `export` are at the beginning of a line, an
/// import is on one line, and no name is declared in two modules. Then the modules one after another, each after those
/// that it imports, and without these keywords, are one module with the same meaning.
struct ModuleBundle {
    /// Why the modules cannot be joined.
    enum Fault: Error, Equatable {
        case missing(String)
        /// The module imports itself, directly or through others.
        case circle(String)
        /// The line is an import that does not obey the rule.
        case form(String, line: String)
    }

    private(set) var source = ""
    /// The modules in the order in which they are in ``source``.
    private(set) var names: [String] = []
    private var open: [String] = []

    /// - Parameter text: returns the text of a module; `nil` if there is none with this name.
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

    /// The file name of an import: `x.js` for `import { a } from './x.js';`.
    private static func imported(_ line: Substring) -> String? {
        let parts = line.split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].hasPrefix("import { "), parts[0].hasSuffix(" } from "), parts[2] == ";",
            parts[1].hasPrefix("./")
        else { return nil }
        return String(parts[1].dropFirst(2))
    }
}

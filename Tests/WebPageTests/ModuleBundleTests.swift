import Testing

@testable import WebPage

/// The page's modules as one script.
@Suite struct ModuleBundleTests {
    static let modules = [
        "choices.js", "data.js", "elements.js", "inspector.js", "keys.js", "ladder.js", "machine.js", "main.js",
        "parts.js", "scrolling.js", "selection.js", "stepper.js", "swipe.js", "teach.js",
    ]

    @Test func everyModuleIsInsideBehindThoseItImports() throws {
        let bundle = try ModuleBundle(of: "main.js", text: PageFiles.text)
        #expect(bundle.names.sorted() == Self.modules)
        for (place, name) in bundle.names.enumerated() {
            let text = try #require(PageFiles.text(name))
            for (module, _) in Self.imports(text) {
                let imported = try #require(bundle.names.firstIndex(of: module))
                #expect(imported < place, "\(name) imports \(module)")
            }
        }
    }

    @Test func noWordOfModulesIsLeft() throws {
        let bundle = try ModuleBundle(of: "main.js", text: PageFiles.text)
        let lines = bundle.source.split(separator: "\n")
        #expect(!lines.contains { $0.hasPrefix("import ") || $0.hasPrefix("export ") })
        #expect(!bundle.source.contains("</script"))
    }

    @Test func noNameIsDeclaredTwice() throws {
        var declared: [String: String] = [:]
        for module in Self.modules {
            for name in Self.declared(try #require(PageFiles.text(module))).all {
                #expect(declared[name] == nil, "\(name) stands in \(module) and in \(declared[name] ?? "")")
                declared[name] = module
            }
        }
    }

    @Test(arguments: modules) func whatIsImportedIsExported(_ module: String) throws {
        for (from, names) in Self.imports(try #require(PageFiles.text(module))) {
            let exported = Self.declared(try #require(PageFiles.text(from))).exported
            for name in names { #expect(exported.contains(name), "\(module) wants \(name) of \(from)") }
        }
    }

    @Test func whatDoesNotKeepToTheRuleIsRefused() {
        let modules = [
            "circle.js": "import { a } from './other.js';", "other.js": "import { b } from './circle.js';",
            "form.js": "import * as all from './x.js';", "outside.js": "import { a } from 'https://a.example/x.js';",
        ]
        #expect(throws: ModuleBundle.Fault.missing("none.js")) {
            try ModuleBundle(of: "none.js") { modules[$0] }
        }
        #expect(throws: ModuleBundle.Fault.circle("circle.js")) {
            try ModuleBundle(of: "circle.js") { modules[$0] }
        }
        for name in ["form.js", "outside.js"] {
            #expect(throws: ModuleBundle.Fault.form(name, line: modules[name] ?? "")) {
                try ModuleBundle(of: name) { modules[$0] }
            }
        }
    }

    /// From where, and which names.
    private static func imports(_ text: String) -> [(String, [String])] {
        text.split(separator: "\n").filter { $0.hasPrefix("import ") }.compactMap { line in
            let parts = line.split(separator: "'")
            guard parts.count > 1, let open = line.firstIndex(of: "{"), let close = line.firstIndex(of: "}") else {
                return nil
            }
            let names = line[line.index(after: open)..<close].split(separator: ",").map { $0.filter { $0 != " " } }
            return (String(parts[1].dropFirst(2)), names)
        }
    }

    /// The names at the beginning of lines: a module's own.
    private static func declared(_ text: String) -> (all: [String], exported: Set<String>) {
        var all: [String] = []
        var exported: Set<String> = []
        for line in text.split(separator: "\n") {
            guard !line.hasPrefix(" ") else { continue }
            let isExported = line.hasPrefix("export ")
            var words = line.split(separator: " ").map(String.init)
            if isExported { words.removeFirst() }
            guard words.count > 1, ["function", "const", "let", "class"].contains(words[0]) else { continue }
            let name = String(words[1].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
            all.append(name)
            if isExported { exported.insert(name) }
        }
        return (all, exported)
    }
}

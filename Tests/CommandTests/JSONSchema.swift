import Foundation

/// The schemas of `Docs/schema`, and as much of JSON Schema (draft 2020-12) as they are written in. A keyword that is not
/// understood here is a mistake of the schema's: nothing is passed over in silence.
struct JSONSchema {
    private let documents: [String: [String: Any]]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Docs/schema")

    init() throws {
        var documents: [String: [String: Any]] = [:]
        for file in try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil) {
            let content = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            documents[file.lastPathComponent] = content as? [String: Any] ?? [:]
        }
        self.documents = documents
    }

    /// These alone.
    init(_ texts: [String: String]) throws {
        documents = try texts.mapValues {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }

    /// The names of all schemas.
    var names: [String] { documents.keys.sorted() }

    /// What a document shows of a schema: what is wrong, each with its place in the document, and the properties that were met,
    /// each with its place in the schemas.
    struct Findings {
        var faults: [String] = []
        var met: Set<String> = []

        mutating func add(_ other: Findings) {
            faults += other.faults
            met.formUnion(other.met)
        }
    }

    /// Every property of every schema, as ``Findings/met`` names it.
    var properties: Set<String> {
        var found: Set<String> = []
        func walk(_ node: Any, _ place: String) {
            if let list = node as? [Any] {
                for (index, item) in list.enumerated() { walk(item, "\(place)/\(index)") }
            }
            for (key, item) in node as? [String: Any] ?? [:] {
                if key == "properties", let properties = item as? [String: Any] {
                    found.formUnion(properties.keys.map { "\(place)/\($0)" })
                    for (name, property) in properties { walk(property, "\(place)/\(name)") }
                } else {
                    walk(item, "\(place)/\(key)")
                }
            }
        }
        for (name, document) in documents { walk(document, name + "#") }
        return found
    }

    /// The text that a program printed, held against a schema.
    func findings(of text: some StringProtocol, by name: String) throws -> Findings {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        return findings(value, Place(name: name, path: "#", node: documents[name] ?? ["no such schema": name]), at: "")
    }

    func faults(of text: some StringProtocol, by name: String) throws -> [String] {
        try findings(of: text, by: name).faults
    }

    private static let annotations: Set<String> = ["$schema", "$id", "$defs", "title", "description"]

    /// A schema within a document.
    private struct Place {
        let name: String
        let path: String
        let node: [String: Any]

        func below(_ step: String, _ node: [String: Any]) -> Place {
            Place(name: name, path: "\(path)/\(step)", node: node)
        }
    }

    private func target(of reference: String, from place: Place) -> Place? {
        let parts = reference.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
        let document = parts[0].isEmpty ? place.name : parts[0]
        var node: Any? = documents[document]
        let path = parts.count > 1 ? parts[1] : ""
        for key in path.split(separator: "/") { node = (node as? [String: Any])?[String(key)] }
        return (node as? [String: Any]).map { Place(name: document, path: "#" + path, node: $0) }
    }

    private func findings(_ value: Any, _ schema: Place, at place: String) -> Findings {
        var found = Findings()
        let rules = schema.node.filter { !Self.annotations.contains($0.key) }
        if rules.isEmpty { found.faults.append("\(schema.name)\(schema.path): a schema that everything passes") }
        for (keyword, rule) in rules {
            switch (keyword, rule) {
            case ("$ref", let reference as String):
                if let target = target(of: reference, from: schema) {
                    found.add(findings(value, target, at: place))
                } else {
                    found.faults.append("\(place): \(reference) leads nowhere")
                }
            case ("type", let type as String):
                if !Self.isOf(type, value) { found.faults.append("\(place): not of type \(type): \(value)") }
            case ("enum", let values as [String]):
                if !values.contains(value as? String ?? "") {
                    found.faults.append("\(place): none of \(values): \(value)")
                }
            case ("const", let constant as String):
                if value as? String != constant { found.faults.append("\(place): not \(constant): \(value)") }
            case ("minimum", let least as Int):
                if let number = value as? NSNumber, number.doubleValue < Double(least) {
                    found.faults.append("\(place): less than \(least): \(number)")
                }
            case ("pattern", let pattern as String):
                if (value as? String)?.range(of: pattern, options: .regularExpression) == nil {
                    found.faults.append("\(place): not like \(pattern): \(value)")
                }
            case ("oneOf", let choices as [[String: Any]]):
                found.add(one(of: choices, for: value, schema, at: place))
            case ("items", let item as [String: Any]):
                for (index, element) in (value as? [Any] ?? []).enumerated() {
                    found.add(findings(element, schema.below("items", item), at: "\(place)[\(index)]"))
                }
            case ("properties", let properties as [String: [String: Any]]):
                for (key, member) in value as? [String: Any] ?? [:] {
                    guard let property = properties[key] else { continue }
                    found.met.insert("\(schema.name)\(schema.path)/\(key)")
                    found.add(findings(member, schema.below(key, property), at: "\(place).\(key)"))
                }
            case ("required", let keys as [String]):
                let members = value as? [String: Any] ?? [:]
                found.faults += keys.filter { members[$0] == nil }.map { "\(place): lacks \($0)" }
            case ("additionalProperties", let isAllowed as Bool):
                let known = schema.node["properties"] as? [String: Any] ?? [:]
                guard !isAllowed else { continue }
                found.faults += (value as? [String: Any] ?? [:]).keys.filter { known[$0] == nil }.sorted()
                    .map { "\(place): has \($0), which the schema does not know" }
            default: found.faults.append("\(schema.name): the keyword \(keyword) is not understood")
            }
        }
        return found
    }

    /// The choice that holds: one alone, or it could not be told which is meant.
    private func one(of choices: [[String: Any]], for value: Any, _ schema: Place, at place: String) -> Findings {
        let each = choices.enumerated().map { index, choice in
            findings(value, schema.below("oneOf/\(index)", choice), at: place)
        }
        let holding = each.filter(\.faults.isEmpty)
        if holding.count > 1 { return Findings(faults: ["\(place): \(holding.count) choices hold, not one"]) }
        return holding.first ?? each.min { $0.faults.count < $1.faults.count }
            ?? Findings(faults: ["\(place): no choice"])
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": isBoolean(value)
        case "integer":
            (value as? NSNumber).map { !isBoolean(value) && $0.doubleValue.rounded() == $0.doubleValue } ?? false
        case "number": value is NSNumber && !isBoolean(value)
        default: false
        }
    }

    private static func isBoolean(_ value: Any) -> Bool {
        // A number from JSON is an NSNumber too, and casts to Bool where it is 0 or 1.
        (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
    }
}

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

    /// The names of all schemas.
    var names: [String] { documents.keys.sorted() }

    /// The text that a program printed, held against a schema.
    ///
    /// - Returns: what is wrong, each with its place in the document.
    func faults(of text: some StringProtocol, by name: String) throws -> [String] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        return faults(value, documents[name] ?? ["no such schema": name], in: name, at: "")
    }

    private static let annotations: Set<String> = ["$schema", "$id", "$defs", "title", "description"]

    private func faults(_ value: Any, _ schema: [String: Any], in name: String, at place: String) -> [String] {
        var found: [String] = []
        for (keyword, rule) in schema where !Self.annotations.contains(keyword) {
            switch (keyword, rule) {
            case ("$ref", let target as String):
                let parts = target.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
                let document = parts[0].isEmpty ? name : parts[0]
                var node: Any? = documents[document]
                if parts.count > 1 {
                    for key in parts[1].split(separator: "/") { node = (node as? [String: Any])?[String(key)] }
                }
                guard let node = node as? [String: Any] else {
                    found.append("\(place): \(target) leads nowhere")
                    continue
                }
                found += faults(value, node, in: document, at: place)
            case ("type", let type as String):
                if !Self.isOf(type, value) { found.append("\(place): not of type \(type): \(value)") }
            case ("enum", let values as [String]):
                if !values.contains(value as? String ?? "") { found.append("\(place): none of \(values): \(value)") }
            case ("const", let constant as String):
                if value as? String != constant { found.append("\(place): not \(constant): \(value)") }
            case ("minimum", let least as Int):
                if let number = value as? NSNumber, number.doubleValue < Double(least) {
                    found.append("\(place): less than \(least): \(number)")
                }
            case ("pattern", let pattern as String):
                if (value as? String)?.range(of: pattern, options: .regularExpression) == nil {
                    found.append("\(place): not like \(pattern): \(value)")
                }
            case ("oneOf", let choices as [[String: Any]]):
                let faultsOfEach = choices.map { faults(value, $0, in: name, at: place) }
                if faultsOfEach.count(where: \.isEmpty) != 1 {
                    found += faultsOfEach.min { $0.count < $1.count } ?? ["\(place): no choice"]
                }
            case ("items", let item as [String: Any]):
                for (index, element) in (value as? [Any] ?? []).enumerated() {
                    found += faults(element, item, in: name, at: "\(place)[\(index)]")
                }
            case ("properties", let properties as [String: [String: Any]]):
                for (key, member) in value as? [String: Any] ?? [:] {
                    guard let property = properties[key] else { continue }
                    found += faults(member, property, in: name, at: "\(place).\(key)")
                }
            case ("required", let keys as [String]):
                let members = value as? [String: Any] ?? [:]
                found += keys.filter { members[$0] == nil }.map { "\(place): lacks \($0)" }
            case ("additionalProperties", let isAllowed as Bool):
                let known = schema["properties"] as? [String: Any] ?? [:]
                guard !isAllowed else { continue }
                found += (value as? [String: Any] ?? [:]).keys.filter { known[$0] == nil }.sorted()
                    .map { "\(place): has \($0), which the schema does not know" }
            default: found.append("\(name): the keyword \(keyword) is not understood")
            }
        }
        return found
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

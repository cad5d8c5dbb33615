/// Connects `Encodable` to a ``JSONWriter``. Nested containers and super encoders are not supported, because no
/// document here uses them.
struct JSONValueEncoder: Encoder {
    let writer: JSONWriter
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        writer.beginObject()
        return KeyedEncodingContainer(JSONObjectEncoder<Key>(writer: writer))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        writer.beginArray()
        return JSONElementEncoder(writer: writer, isOfArray: true)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        JSONElementEncoder(writer: writer, isOfArray: false)
    }

    fileprivate static func unused() -> Never {
        preconditionFailure("documents are made of values, not of nested containers")
    }
}

private struct JSONObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    var codingPath: [any CodingKey] { [] }

    /// Writes the key and returns the writer.
    @inline(__always)
    private func at(_ key: Key) -> JSONWriter {
        writer.begin(key.stringValue)
        return writer
    }

    func encodeNil(forKey key: Key) { at(key).putNull() }
    func encode(_ value: some Encodable, forKey key: Key) throws { try at(key).encode(value) }
    func encode(_ value: Bool, forKey key: Key) { at(key).put(value) }
    func encode(_ value: String, forKey key: Key) { at(key).put(value) }
    func encode(_ value: Int, forKey key: Key) { at(key).put(value) }
    func encode(_ value: Int8, forKey key: Key) { at(key).put(value) }
    func encode(_ value: Int16, forKey key: Key) { at(key).put(value) }
    func encode(_ value: Int32, forKey key: Key) { at(key).put(value) }
    func encode(_ value: Int64, forKey key: Key) { at(key).put(value) }
    func encode(_ value: UInt, forKey key: Key) { at(key).put(value) }
    func encode(_ value: UInt8, forKey key: Key) { at(key).put(value) }
    func encode(_ value: UInt16, forKey key: Key) { at(key).put(value) }
    func encode(_ value: UInt32, forKey key: Key) { at(key).put(value) }
    func encode(_ value: UInt64, forKey key: Key) { at(key).put(value) }
    func encode(_ value: Float, forKey key: Key) throws { try at(key).put(Double(value)) }
    func encode(_ value: Double, forKey key: Key) throws { try at(key).put(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        JSONValueEncoder.unused()
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { JSONValueEncoder.unused() }

    func superEncoder() -> any Encoder { JSONValueEncoder.unused() }

    func superEncoder(forKey key: Key) -> any Encoder { JSONValueEncoder.unused() }
}

/// The elements of an array, or a single value.
private struct JSONElementEncoder: UnkeyedEncodingContainer, SingleValueEncodingContainer {
    let writer: JSONWriter
    let isOfArray: Bool
    var codingPath: [any CodingKey] { [] }
    var count: Int { writer.elementCount }

    /// Begins the next value and returns the writer.
    @inline(__always)
    private func next() -> JSONWriter {
        if isOfArray { writer.beginElement() } else { writer.beginSingle() }
        return writer
    }

    func encodeNil() { next().putNull() }
    func encode(_ value: some Encodable) throws { try next().encode(value) }
    func encode(_ value: Bool) { next().put(value) }
    func encode(_ value: String) { next().put(value) }
    func encode(_ value: Int) { next().put(value) }
    func encode(_ value: Int8) { next().put(value) }
    func encode(_ value: Int16) { next().put(value) }
    func encode(_ value: Int32) { next().put(value) }
    func encode(_ value: Int64) { next().put(value) }
    func encode(_ value: UInt) { next().put(value) }
    func encode(_ value: UInt8) { next().put(value) }
    func encode(_ value: UInt16) { next().put(value) }
    func encode(_ value: UInt32) { next().put(value) }
    func encode(_ value: UInt64) { next().put(value) }
    func encode(_ value: Float) throws { try next().put(Double(value)) }
    func encode(_ value: Double) throws { try next().put(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        JSONValueEncoder.unused()
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { JSONValueEncoder.unused() }

    func superEncoder() -> any Encoder { JSONValueEncoder.unused() }
}

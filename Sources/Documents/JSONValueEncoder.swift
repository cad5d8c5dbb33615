/// How `Encodable` speaks to a ``JSONWriter``. No document here asks for nested containers or a super encoder: values do it all.
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
        return JSONArrayEncoder(writer: writer)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONSingleEncoder(writer: writer) }

    fileprivate static func unused() -> Never {
        preconditionFailure("documents are made of values, not of nested containers")
    }
}

private struct JSONObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) {
        writer.begin(key.stringValue)
        writer.putNull()
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        writer.begin(key.stringValue)
        try writer.encode(value)
    }

    func encode(_ value: Bool, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: String, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: Int, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: Int8, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: Int16, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: Int32, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: Int64, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: UInt, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: UInt8, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: UInt16, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: UInt32, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: UInt64, forKey key: Key) {
        writer.begin(key.stringValue)
        writer.put(value)
    }

    func encode(_ value: Float, forKey key: Key) throws { try encode(Double(value), forKey: key) }

    func encode(_ value: Double, forKey key: Key) throws {
        writer.begin(key.stringValue)
        try writer.put(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        JSONValueEncoder.unused()
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { JSONValueEncoder.unused() }

    func superEncoder() -> any Encoder { JSONValueEncoder.unused() }

    func superEncoder(forKey key: Key) -> any Encoder { JSONValueEncoder.unused() }
}

private struct JSONArrayEncoder: UnkeyedEncodingContainer {
    let writer: JSONWriter
    var codingPath: [any CodingKey] { [] }
    var count: Int { writer.elementCount }

    func encodeNil() {
        writer.beginElement()
        writer.putNull()
    }

    func encode(_ value: some Encodable) throws {
        writer.beginElement()
        try writer.encode(value)
    }

    func encode(_ value: Bool) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: String) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: Int) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: Int8) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: Int16) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: Int32) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: Int64) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: UInt) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: UInt8) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: UInt16) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: UInt32) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: UInt64) {
        writer.beginElement()
        writer.put(value)
    }

    func encode(_ value: Float) throws { try encode(Double(value)) }

    func encode(_ value: Double) throws {
        writer.beginElement()
        try writer.put(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        JSONValueEncoder.unused()
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { JSONValueEncoder.unused() }

    func superEncoder() -> any Encoder { JSONValueEncoder.unused() }
}

private struct JSONSingleEncoder: SingleValueEncodingContainer {
    let writer: JSONWriter
    var codingPath: [any CodingKey] { [] }

    func encodeNil() {
        writer.beginSingle()
        writer.putNull()
    }

    func encode(_ value: some Encodable) throws {
        writer.beginSingle()
        try writer.encode(value)
    }

    func encode(_ value: Bool) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: String) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: Int) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: Int8) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: Int16) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: Int32) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: Int64) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: UInt) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: UInt8) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: UInt16) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: UInt32) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: UInt64) {
        writer.beginSingle()
        writer.put(value)
    }

    func encode(_ value: Float) throws { try encode(Double(value)) }

    func encode(_ value: Double) throws {
        writer.beginSingle()
        try writer.put(value)
    }
}

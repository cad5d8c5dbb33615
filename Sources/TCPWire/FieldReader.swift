/// Reads a header's fields one after another, bit by bit, until the octets end.
struct FieldReader {
    private let frame: [UInt8]
    private let start: Int
    private var bit = 0
    /// How many octets the header has, as far as is known.
    var length = 0
    private(set) var fields: [HeaderReport.Field] = []

    init(_ frame: [UInt8], at start: Int) {
        self.frame = frame
        self.start = start
    }

    /// Octets read so far.
    var octetsRead: Int { bit / 8 }

    /// Reads the next field.
    ///
    /// - Returns: the field's value; 0 where the octets end inside the field, which is then not added to `fields`.
    @discardableResult
    mutating func field(_ name: String, _ width: Int, meaning: (UInt128) -> String? = { _ in nil }) -> UInt128 {
        defer {
            bit += width
            length = max(length, (bit + 7) / 8)
        }
        guard width <= 128, start + (bit + width + 7) / 8 <= frame.count else { return 0 }
        var value: UInt128 = 0
        for position in bit..<(bit + width) {
            let octet = frame[start + position / 8]
            value = value << 1 | UInt128(octet >> UInt8(7 - position % 8) & 1)
        }
        fields.append(
            HeaderReport.Field(name: name, bitOffset: bit, bitWidth: width, value: value, meaning: meaning(value)))
        return value
    }

    /// The next octet to be read, or the one that follows it after `ahead` octets; `nil` past the end.
    func peek(ahead: Int = 0) -> UInt8? {
        let place = start + bit / 8 + ahead
        return place < frame.count ? frame[place] : nil
    }

    /// Skips octets without listing a field.
    mutating func skip(octets: Int) {
        bit += octets * 8
        length = max(length, bit / 8)
    }

    mutating func octets(_ name: String, _ width: Int, unit: Int = 1) -> Int {
        Int(field(name, width) { unit == 1 ? nil : "\(Int($0) * unit) octets" })
    }

    mutating func etherType(_ name: String = "EtherType") {
        field(name, 16) { EtherType.name(UInt16($0)) }
    }

    @discardableResult
    mutating func ipProtocol(_ name: String) -> UInt8 {
        UInt8(field(name, 8) { IPProtocol.name(UInt8($0)) })
    }

    mutating func hardwareAddress(_ name: String, octets: Int = 6) {
        field(name, octets * 8) { value in
            (0..<octets).map { index in
                let octet = String(UInt8(truncatingIfNeeded: value >> UInt128((octets - 1 - index) * 8)), radix: 16)
                return octet.count == 1 ? "0" + octet : octet
            }.joined(separator: ":")
        }
    }

    mutating func trafficClass() {
        field("DSCP", 6)
        field("ECN", 2) { ["Not-ECT", "ECT(1)", "ECT(0)", "CE"][Int($0)] }
    }
}

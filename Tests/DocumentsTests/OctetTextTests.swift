import FlatMemory
import Testing

@Suite("text as octets")
struct OctetTextTests {
    private static func written(_ write: (inout OctetText) -> Void) -> String {
        var text = OctetText()
        write(&text)
        return String(decoding: text.octets, as: UTF8.self)
    }

    @Test("numbers as Swift writes them", arguments: [0, 1, 9, 10, 99, 12_345, .max, -1, .min] as [Int])
    func numbers(number: Int) {
        #expect(Self.written { $0.put(number) } == String(number))
        #expect(Self.written { $0.put(UInt64(bitPattern: Int64(number))) } == String(UInt64(bitPattern: Int64(number))))
    }

    @Test(
        "durations are rounded half away from zero",
        arguments: [
            (0, "0.000"), (499, "0.000"), (500, "0.001"), (1_499, "0.001"), (1_500, "0.002"), (999_999_500, "1000.000"),
            (-499, "0.000"), (-500, "-0.001"), (12_345_678, "12.346"), (.max, "9223372036854.776"),
            (.min, "-9223372036854.776"),
        ] as [(Int64, String)])
    func durations(nanoseconds: Int64, shown: String) {
        #expect(Self.written { $0.put(nanoseconds, unit: 1_000_000, decimals: 3) } == shown)
    }

    @Test(
        "any unit and any decimals",
        arguments: [
            (1_700_000_000_123_456_789, 1_000_000_000, 9, "1700000000.123456789"),
            (-1, 1_000_000_000, 9, "-0.000000001"),
            (1_999_999_500, 1_000_000_000, 6, "2.000000"), (-1_499, 1000, 0, "-1"),
            (-400, 1_000_000_000, 6, "0.000000"),
            (150_000, 1_000_000_000, 4, "0.0002"), (.min, 1_000_000_000, 9, "-9223372036.854775808"),
        ] as [(Int64, UInt64, Int, String)])
    func fixedPoint(value: Int64, unit: UInt64, decimals: Int, shown: String) {
        #expect(String(value, unit: unit, decimals: decimals) == shown)
    }

    @Test("what was written can be taken back")
    func cut() {
        let text = Self.written { text in
            text.put("kept")
            let count = text.count
            text.put("  dropped ")
            text.cut(to: count)
            text.put(spaces: 3)
            text.dropSpaces(behind: count)
        }
        #expect(text == "kept")
    }
}

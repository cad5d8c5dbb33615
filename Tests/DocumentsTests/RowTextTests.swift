import TCPWire
import Testing

@testable import Documents

/// Fields written digit by digit are what `String` makes of them.
@Suite struct RowTextTests {
    private func line(_ write: (inout RowText) -> Void) -> String {
        var text = RowText()
        write(&text)
        text.endLine()
        return String(decoding: text.octets, as: UTF8.self)
    }

    @Test func numbers() {
        var values: [UInt64] = [0, .max]
        var power: UInt64 = 1
        for _ in 0..<20 {
            values += [power &- 1, power, power &+ 1]
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
        for value in values { #expect(line { $0.append(value) } == "\(value)\n") }
    }

    @Test(
        "fixed-point numbers, both signs and at both ends",
        arguments: [
            (0, 9, "0.000000000"), (1, 9, "0.000000001"), (-1, 9, "-0.000000001"), (999_999, 6, "0.999999"),
            (1_000_000, 6, "1.000000"), (.max, 9, "9223372036.854775807"), (.min, 9, "-9223372036.854775808"),
            (.min, 6, "-9223372036854.775808"), (1_700_000_000_123_456_789, 9, "1700000000.123456789"),
        ] as [(Int64, Int, String)])
    func fixedPoint(value: Int64, decimals: Int, expected: String) {
        #expect(line { $0.append(value, decimals: decimals) } == expected + "\n")
    }

    @Test("a line longer than the piece that it is made in, whatever field its border falls into")
    func borders() throws {
        let endpoint = try #require(Endpoint("[1111:2222:3333:4444:5555:6666:7777:8888]:65535"))
        for length in 900...1100 {
            let long = String(repeating: "x", count: length)
            let made = line {
                $0.append(long)
                $0.append(UInt64.max)
                $0.append(endpoint)
                $0.append(-1, decimals: 9)
                $0.append("é")
            }
            #expect(made == "\(long)\t18446744073709551615\t\(endpoint)\t-0.000000001\té\n")
        }
        let huge = String(repeating: "字", count: 3000)
        #expect(line { $0.append(huge) } == huge + "\n")
        #expect(line { $0.append("") } == "\n")
    }
}

import FlatMemory

import TCPWire
import Testing

@Suite struct HexTextTests {
    static let octets: [UInt8] = [
        0x45, 0x00, 0x00, 0x3c, 0x1c, 0x46, 0x40, 0x00, 0x40, 0x06, 0xb1, 0xe6, 0xac, 0x10, 0x0a, 0x63, 0xac, 0x10,
        0x0a, 0x0c,
    ]

    @Test(arguments: [
        "4500003c1c4640004006b1e6ac100a63ac100a0c",
        "45 00 00 3C 1c 46 40 00 40 06 b1 e6 ac 10 0a 63 ac 10 0a 0c",
        "45:00:00:3c:1c:46:40:00:40:06:b1:e6:ac:10:0a:63:ac:10:0a:0c",
        "0x4500003c1c4640004006b1e6ac100a63\nac100a0c\n",
        "4500 003c 1c46 4000 4006 b1e6 ac10 0a63 ac10 0a0c",
        "\t0x0000:  4500 003c 1c46 4000 4006 b1e6 ac10 0a63  E..<.F@.@......c\n\t0x0010:  ac10 0a0c                                ....",
        "00000000: 4500 003c 1c46 4000 4006 b1e6 ac10 0a63  E..<.F@.@......c\n00000010: ac10 0a0c                                ....",
        "00000000  45 00 00 3c 1c 46 40 00  40 06 b1 e6 ac 10 0a 63  |E..<.F@.@......c|\n00000010  ac 10 0a 0c                                       |....|",
        "0000  45 00 00 3c 1c 46 40 00 40 06 b1 e6 ac 10 0a 63   E..<.F@.@......c\r\n0010  ac 10 0a 0c                                       ....\r\n",
    ])
    func formsThatReadersPaste(text: String) {
        #expect(HexText.octets(text) == Self.octets)
    }

    @Test(arguments: ["", "  \n", "0x", "4", "45 0", "xyz", "45 zz", "hello"])
    func whatIsNotHexadecimal(text: String) {
        #expect(HexText.octets(text) == nil)
    }
}

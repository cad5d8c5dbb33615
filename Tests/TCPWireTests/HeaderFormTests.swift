import TCPWire
import Testing

/// A header of which there are several forms is shown in the form that the walk took it for.
@Suite struct HeaderFormTests {
    struct Case: CustomStringConvertible, Sendable {
        var description: String
        var link: UInt16
        var frame: [UInt8]
        var layer: HeaderLayer
        /// What is to be read: the meaning, or where there is none the number.
        var fields: [String: String]

        init(_ description: String, _ link: UInt16, _ frame: [UInt8], _ layer: HeaderLayer, _ fields: [String: String])
        {
            (self.description, self.link, self.frame) = (description, link, frame)
            (self.layer, self.fields) = (layer, fields)
        }
    }

    private static let packet = CarrierSample.packet
    private static let packet6 = CarrierSample.packet6
    private static let frame = CarrierSample.frame

    private static let swapped: [UInt8] = {
        var frame = CarrierSample.wirelessHello
        frame.swapAt(0, 1)
        return frame
    }()

    private static func gre(_ header: [UInt8], _ rest: [UInt8]) -> [UInt8] { ipv4(47, header + rest) }

    static let links = [
        Case("a packet that pppd sent", 166, [1, 3, 0, 0x21] + packet, .ppp, ["Direction": "1", "Protocol": "IPv4"]),
        Case("one that it received", 166, [0, 3, 0x57] + packet6, .ppp, ["Direction": "0", "Protocol": "IPv6"]),
        Case("PPP", 9, [0xff, 3, 0, 0x21] + packet, .ppp, ["Address": "255", "Protocol": "IPv4"]),
        Case(
            "old pflog", 17, [0, 0, 0, 2] + Array("em0".utf8) + zeros(13) + [0, 9, 0, 1, 0, 2, 0, 3] + packet, .pflog,
            ["Address Family": "IPv4", "Interface": "em0", "Rule Number": "9", "Action": "2"]),
        Case("old pflog, little-endian", 17, [24, 0, 0, 0] + zeros(24) + packet6, .pflog, ["Address Family": "IPv6"]),
        Case(
            "pflog", 117, [100, 24, 0, 0] + zeros(96) + packet6, .pflog, ["Length": "100", "Address Family": "IPv6"]),
        Case(
            "enc, little-endian", 109, [2, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0] + packet, .enc,
            ["Address Family": "IPv4", "SPI": "9", "Flags": "1"]),
        Case(
            "enc, big-endian", 109, [0, 0, 0, 24, 0, 0, 0, 9, 0, 0, 0, 1] + packet6, .enc,
            ["Address Family": "IPv6", "SPI": "9", "Flags": "1"]),
        Case("ipnet", 226, [2, 26] + zeros(22) + packet6, .ipnet, ["Family": "IPv6"]),
        Case(
            "NFLOG", 239, [10, 0, 0, 5] + little16(4 + packet6.count) + little16(9) + packet6, .nflog,
            ["Address Family": "IPv6"]),
        Case(
            "Prism, little-endian", 119, little32(0x44) + little32(144) + zeros(136) + CarrierSample.wirelessHello,
            .prism,
            ["msgcode": "68", "msglen": "144"]),
        Case(
            "Prism, big-endian", 119, big32(0x41) + big32(144) + zeros(136) + CarrierSample.wirelessHello, .prism,
            ["msgcode": "65", "msglen": "144"]),
        Case("loopback of Solaris", 0, [26, 0, 0, 0] + packet6, .loopback, ["Address Family": "IPv6"]),
        Case("loopback of Linux", 0, [0, 0, 0, 10] + packet6, .loopback, ["Address Family": "IPv6"]),
        Case("another family", 0, [7, 0, 0, 0] + packet, .loopback, ["Address Family": "7"]),
        Case(
            "FDDI behind padding", 10, [0, 0, 0, 0x50] + macs + snap(0x0800) + packet, .fddi, ["Frame Control": "80"]),
        Case(
            "early PKTAP whose flags look like the second version's", 149,
            little32(108) + little32(1) + little32(1) + zeros(24) + little32(0x80000) + zeros(68) + frame, .pktap,
            ["Length": "108", "Record Type": "1", "DLT": "ETHERNET"]),
        Case(
            "an empty security group tag", 1, ethernet(0x8909, [1, 0, 8, 0] + packet), .ciscoMetadata,
            ["Length": "0 octets", "EtherType": "IPv4"]),
    ]

    static let tunnels = [
        Case(
            "802.11 in Cisco's order", 101, datagram(to: 5247, [0x00, 0x10, 0x03, 0x00, 0, 0, 0, 0] + swapped),
            .wireless,
            ["Type": "Data", "Subtype": "0", "To DS": "1", "From DS": "0"]),
        Case(
            "GTP version 0", 101,
            datagram(to: 3386, [0x1e, 255, 0, 68, 0, 5, 0, 6] + zeros(4) + zeros(7) + [9] + packet),
            .gtp, ["Version": "0", "Length": "68", "Sequence Number": "5", "Flow Label": "6", "TID": "9"]),
        Case(
            "LISP-GPE", 101, datagram(to: 4341, [0x0c, 0, 0, 3, 0, 0, 9, 0] + frame), .lisp,
            ["Next Protocol": "3", "Instance ID": "9"]),
        Case(
            "GRE with a source route and a key", 101,
            gre([0x60, 0, 8, 0], [1, 2, 3, 4, 0, 0, 0, 5] + zeros(4) + packet), .gre, ["Offset": "772", "Key": "5"]),
        Case(
            "ERSPAN II whatever its version says", 101,
            gre([0x10, 0, 0x88, 0xbe, 0, 0, 0, 6], [0x20, 1, 0, 9, 0, 0, 0, 1] + frame), .erspan, ["Index": "1"]),
        Case(
            "ERSPAN III whatever its version says", 101,
            gre([0x10, 0, 0x22, 0xeb, 0, 0, 0, 6], [0x10, 1, 0, 9, 0, 0, 0, 1] + zeros(4) + frame), .erspan,
            ["Timestamp": "1", "O": "0"]),
        Case(
            "a session over IP that looks like UDP's", 101, ipv4(115, [0, 3, 0, 0] + frame), .l2tp3,
            ["Session ID": "196608"]),
        Case(
            "a session over UDP", 101, datagram(to: 1701, [0, 3, 0, 0, 0, 0, 0, 9] + frame), .l2tp3, ["Session ID": "9"]
        ),
    ]

    @Test(arguments: links + tunnels) func shown(form: Case) throws {
        let report = HeaderReport(form.frame, link: LinkType(rawValue: form.link))
        let layer = try #require(report.layers.first { $0.kind == form.layer }, "\(report.layers.map(\.kind))")
        for (name, expected) in form.fields {
            let field = layer.fields.first { $0.name == name }
            #expect(
                (field?.meaning ?? field.map { "\($0.value)" }) == expected, "\(name) of \(layer.fields.map(\.name))")
        }
    }
}

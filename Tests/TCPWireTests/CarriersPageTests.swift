import Foundation
import TCPWire
import Testing

/// `Docs/carriers.md` is made from the tables. With `TCPLENS_UPDATE_DOCS=1` in the environment this writes it.
@Suite struct CarriersPageTests {
    @Test func thePageSaysWhatTheTablesSay() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Docs/carriers.md")
        let text = Self.page()
        if ProcessInfo.processInfo.environment["TCPLENS_UPDATE_DOCS"] == "1" {
            try Data(text.utf8).write(to: page)
        }
        let written = try String(contentsOf: page, encoding: .utf8)
        #expect(written == text, "run: TCPLENS_UPDATE_DOCS=1 swift test --filter CarriersPageTests")
    }

    private static func page() -> String {
        """
        # What can lie around TCP

        TCPLens looks for TCP inside whatever a frame is wrapped in, and says by name what it does not open. This page is made
        from the tables that the code itself is made of (`Sources/TCPWire`); a test compares the two.

        At most sixteen headers around each other are opened, of IPv6 extension headers sixteen more, of MPLS sixteen labels. A
        tunnel over UDP is recognised by its header's own bits and by what it carries, never by its port alone: what does not
        prove to be a tunnel is a datagram. "Proves to hold IP" means an IPv4 header whose lengths fit and whose checksum is
        right, or an IPv6 header whose payload length fills the frame. A connection's ends are the final addresses: of a source
        route or routing header that is not finished, of a home address option, of minimal encapsulation.

        IP fragments are put together where the capture holds all of them, in any order, of TCP and of tunnels: a segment in
        fragments is one segment, at the last of its packets, and its row names them. 4,096 packets and 32 MiB of memory wait at
        most, for 60 seconds by the capture's clock, and no packet in more than 1,024 fragments. Fragments that overlap are refused
        with all of their packet (RFC 5722), of IPv4 too; one that came twice is no overlap. Of a packet whose rest is not in the
        capture the beginning shows its segment as far as it goes. An ICMP error in fragments reaches its connection too. Not put
        together are the parts into which wireless LANs, multilink PPP, Frame Relay and CAPWAP divide what they carry.

        Of several packets in one 802.11 frame (A-MSDU) each is what it is: a segment of its own, whose row has the frame's
        number and says so. Only in an A-MSDU that itself came in IP fragments the first with TCP is taken.

        ## Link types

        The numbers are those of the [LINKTYPE registry](https://www.tcpdump.org/linktypes.html).

        \(table("number", Carriers.links.filter(\.isOpened)) { $0.key.replacingOccurrences(of: "link ", with: "") })

        Only named, and their frames counted:
        \(list(Carriers.links.filter { !$0.isOpened }) { "\($0.name) (\($0.key.replacingOccurrences(of: "link ", with: "")))" })

        ## EtherTypes

        \(table("EtherType", Carriers.etherTypes.filter(\.isOpened)) { $0.key.replacingOccurrences(of: "EtherType ", with: "") })

        Only named; they are not IP:
        \(list(Carriers.etherTypes.filter { !$0.isOpened }) { "\($0.name) (\($0.key.replacingOccurrences(of: "EtherType ", with: "")))" })

        ## IP protocols that carry packets

        \(table("number", Carriers.protocols) { $0.key.replacingOccurrences(of: "IP ", with: "") })

        ## Protocol types of GRE

        EtherTypes, and these:

        \(table("type", Carriers.gre) { $0.key.replacingOccurrences(of: "GRE ", with: "") })

        ## Tunnels over UDP

        \(table("port", Carriers.ports) { $0.key.replacingOccurrences(of: "UDP ", with: "") })

        ## Files

        pcap in both byte orders, with microseconds and nanoseconds, and with the record headers of patched libraries
        (Kuznetsov's, Red Hat Linux 6.1, SuSE Linux 6.3, Nokia), told by the first packet that is IP or ARP, else by how four
        records follow one another, for which a stream of something else is waited for; with the two
        lengths exchanged (before version 2.4). pcapng. snoop (RFC 1761). Each packed with gzip or not, and several joined with
        `cat`, also of different kinds. Other packed files and other tools' captures are named with the command that unpacks or
        converts them.

        """
    }

    private static func table(_ first: String, _ rows: [Carriers.Row], key: (Carriers.Row) -> String) -> String {
        (["| \(first) | name | opened |", "|---|---|---|"]
            + rows.map { "| \(key($0)) | \($0.name) | \($0.limits ?? "whole") |" }).joined(separator: "\n")
    }

    /// Names in lines of at most 120 columns.
    private static func list(_ rows: [Carriers.Row], _ name: (Carriers.Row) -> String) -> String {
        var lines = [""]
        for (index, row) in rows.enumerated() {
            let word = name(row) + (index + 1 == rows.count ? "." : ",")
            if lines[lines.count - 1].count + word.count + 1 > 120 { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines.joined(separator: "\n")
    }
}

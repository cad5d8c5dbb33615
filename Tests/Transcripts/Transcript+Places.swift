import CaptureFile
import FlatMemory
import TCPWire
import Tracking

extension Transcript {
    /// Where a packet is captured: what the way there changed in it, and what it is wrapped in.
    package struct Place: Sendable {
        package enum Wrapping: Sendable {
            case bare
            case vlan(UInt16)
            /// VXLAN, with the number of its network (RFC 7348 5).
            case vxlan(UInt32)
            /// Generic routing encapsulation without a key (RFC 2784), from a host of 192.0.2.0/24 to another.
            case tunnel(UInt8, UInt8)
        }

        /// Routers on the way.
        package var hops: UInt8
        package var wrapping: Wrapping
        /// Of a second place, so many microseconds after the first.
        package var delay: Int64

        package init(_ wrapping: Wrapping = .bare, hops: UInt8 = 0, delay: Int64 = 50) {
            self.wrapping = wrapping
            self.hops = hops
            self.delay = delay
        }

        func frame(of sent: SegmentBuilder, link: LinkType) -> [UInt8] {
            var segment = sent
            segment.hopLimit &-= hops
            let isRaw = link == .raw
            let outside: [UInt8] = isRaw ? [] : [0x02, 0, 0, 0, 0, 0x12, 0x02, 0, 0, 0, 0, 0x11, 0x08, 0x00]
            switch wrapping {
            case .bare: return isRaw ? segment.ipPacket() : segment.ethernetFrame()
            case .vlan(let number):
                precondition(!isRaw, "raw IP has no tags")
                return segment.ethernetFrame(vlans: [number])
            case .vxlan(let network):
                let inner = segment.ethernetFrame()
                let header: [UInt8] = [8, 0, 0, 0] + Self.big(network << 8)
                let datagram =
                    Self.big(50000 << 16 | 4789) + Self.big(UInt32(16 + inner.count) << 16) + header + inner
                return outside + Self.packet(datagram, protocol: 17, from: 1, to: 2)
            case .tunnel(let from, let to):
                return outside + Self.packet([0, 0, 0x08, 0] + segment.ipPacket(), protocol: 47, from: from, to: to)
            }
        }

        private static func packet(_ payload: [UInt8], protocol number: UInt8, from: UInt8, to: UInt8) -> [UInt8] {
            var header: [UInt8] = [0x45, 0] + big(UInt32(20 + payload.count) << 16).prefix(2)
            header += [0, 0, 0x40, 0, 64, number, 0, 0, 192, 0, 2, from, 192, 0, 2, to]
            var sum = InternetSum()
            sum.add(header.octets, from: 0, to: 20)
            header[10] = UInt8(sum.checksum >> 8)
            header[11] = UInt8(sum.checksum & 0xff)
            return header + payload
        }

        private static func big(_ word: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
        }
    }

    /// As a pcap file, with nanoseconds.
    package var capture: [UInt8] {
        func words(_ values: UInt32...) -> [UInt8] {
            values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        }
        var bytes = words(0xa1b2_3c4d, 0x0004_0002, 0, 0, 65535, UInt32(link.rawValue))
        for segment in segments {
            let time = segment.time.nanoseconds + 1_000_000_000_000_000_000
            bytes += words(
                UInt32(truncatingIfNeeded: time / 1_000_000_000), UInt32(truncatingIfNeeded: time % 1_000_000_000),
                UInt32(segment.frame.count), UInt32(segment.originalLength))
            bytes += segment.frame
        }
        return bytes
    }
}

extension Transcript.End {
    /// Octets of a stream in which each tells its place, so that they are the same however they are cut.
    package func stream(
        _ sequence: UInt32, ack: UInt32, _ count: Int, id: UInt16? = nil, stamps: TCPTimestamps? = nil,
        flags: TCPFlags = [.psh, .ack]
    ) {
        var segment = builder.with(
            flags, sequence: sequence, acknowledgment: ack,
            options: stamps.map { [.noOperation, .noOperation, .timestamps($0)] } ?? [],
            payload: (0..<count).map { UInt8(truncatingIfNeeded: (Int(sequence) + $0) &* 0x9e37 >> 7) })
        segment.identification = id ?? transcript.nextIdentification(of: builder.source)
        transcript.append(segment)
    }
}

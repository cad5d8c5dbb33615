import CaptureFile

/// Builds captures octet by octet, in either byte order: what the reader is tested against knows nothing of the writer.
struct CaptureBytes {
    var bytes: [UInt8] = []
    var isBigEndian = false

    init(isBigEndian: Bool = false) { self.isBigEndian = isBigEndian }

    mutating func put<Value: FixedWidthInteger>(_ value: Value) {
        let ordered = isBigEndian ? value.bigEndian : value.littleEndian
        withUnsafeBytes(of: ordered) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ octets: [UInt8], padded: Bool = false) {
        bytes += octets
        if padded { while bytes.count % 4 != 0 { bytes.append(0) } }
    }
}

// pcap
extension CaptureBytes {
    mutating func pcapHeader(magic: UInt32 = 0xa1b2_c3d4, linkType: UInt32 = 1) {
        put(magic)
        put(2 as UInt16)
        put(4 as UInt16)
        put(0 as UInt64)
        put(65535 as UInt32)
        put(linkType)
    }

    mutating func record(
        seconds: UInt32 = 1, fraction: UInt32 = 0, _ packet: [UInt8], originalLength: Int? = nil,
        patched: [UInt8] = []
    ) {
        put(seconds)
        put(fraction)
        put(UInt32(packet.count))
        put(UInt32(originalLength ?? packet.count))
        put(patched)
        put(packet)
    }
}

// pcapng
extension CaptureBytes {
    /// - Parameters:
    ///   - stated: the block's first length, where it shall be wrong.
    ///   - trailer: its second length, where it shall be wrong.
    mutating func block(
        _ type: UInt32, stated: UInt32? = nil, trailer: UInt32? = nil, _ body: (inout CaptureBytes) -> Void
    ) {
        var content = CaptureBytes(isBigEndian: isBigEndian)
        body(&content)
        while content.bytes.count % 4 != 0 { content.bytes.append(0) }
        let length = UInt32(content.bytes.count + 12)
        put(type)
        put(stated ?? length)
        put(content.bytes)
        put(trailer ?? length)
    }

    mutating func section(major: UInt16 = 1, magic: UInt32 = 0x1a2b_3c4d, options: [(UInt16, [UInt8])] = []) {
        block(0x0a0d_0d0a) {
            $0.put(magic)
            $0.put(major)
            $0.put(0 as UInt16)
            $0.put(UInt64.max)
            $0.put(options)
        }
    }

    mutating func interface(
        linkType: UInt16 = 1, snapshotLength: UInt32 = 0, options: [(UInt16, [UInt8])] = []
    ) {
        block(1) {
            $0.put(linkType)
            $0.put(0 as UInt16)
            $0.put(snapshotLength)
            $0.put(options)
        }
    }

    mutating func put(_ options: [(UInt16, [UInt8])]) {
        guard !options.isEmpty else { return }
        for (code, value) in options {
            put(code)
            put(UInt16(value.count))
            put(value, padded: true)
        }
        put(0 as UInt32)
    }

    mutating func enhancedPacket(
        interface: UInt32 = 0, ticks: UInt64 = 1_000_000, _ packet: [UInt8], originalLength: Int? = nil,
        options: [(UInt16, [UInt8])] = [], trailer: UInt32? = nil
    ) {
        block(6, trailer: trailer) {
            $0.put(interface)
            $0.put(UInt32(truncatingIfNeeded: ticks >> 32))
            $0.put(UInt32(truncatingIfNeeded: ticks))
            $0.put(UInt32(packet.count))
            $0.put(UInt32(originalLength ?? packet.count))
            $0.put(packet, padded: true)
            $0.put(options)
        }
    }

    mutating func simplePacket(_ packet: [UInt8], originalLength: Int? = nil) {
        block(3) {
            $0.put(UInt32(originalLength ?? packet.count))
            $0.put(packet)
        }
    }

    mutating func obsoletePacket(interface: UInt16 = 0, drops: UInt16 = 0, ticks: UInt64, _ packet: [UInt8]) {
        block(2) {
            $0.put(interface)
            $0.put(drops)
            $0.put(UInt32(truncatingIfNeeded: ticks >> 32))
            $0.put(UInt32(truncatingIfNeeded: ticks))
            $0.put(UInt32(packet.count))
            $0.put(UInt32(packet.count))
            $0.put(packet, padded: true)
        }
    }
}

/// Small files that are read in every way.
enum Sample: CaseIterable {
    case pcap, pcapng

    var bytes: [UInt8] {
        switch self {
        case .pcap: plain
        case .pcapng: motley
        }
    }

    /// Behind the last octet that the packet's record or block has in the file.
    func end(of packet: CapturedPacket) -> Int {
        switch self {
        case .pcap: packet.fileOffset + packet.capturedLength
        // No block here is longer than 255: whichever the byte order, one octet holds the length.
        case .pcapng: packet.blockOffset + Int(bytes[packet.blockOffset + 4] | bytes[packet.blockOffset + 7])
        }
    }
}

/// A small pcapng with all that a reader must keep apart: three sections, both byte orders, several interfaces, every
/// packet block, blocks without packets.
let motley: [UInt8] = {
    var all: [UInt8] = []
    for isBigEndian in [false, true, false] {
        var file = CaptureBytes(isBigEndian: isBigEndian)
        file.section(options: [(4, Array("made by a test".utf8))])
        file.interface(options: [(2, Array("eth0".utf8))])
        file.interface(linkType: 101, options: [(9, [9])])
        file.enhancedPacket(
            ticks: 5, [1, 2, 3], options: [(1, Array("你好".utf8)), (2, isBigEndian ? [0, 0, 0, 1] : [1, 0, 0, 0])])
        file.block(0x77) { $0.put([9, 9, 9, 9, 9]) }
        file.enhancedPacket(interface: 1, ticks: 1 << 40, Array(0..<9), originalLength: 1500)
        file.simplePacket([7, 7, 7, 7, 7])
        file.obsoletePacket(interface: 1, ticks: 77, [4, 4])
        file.block(5) { $0.put(0 as UInt64) }
        all += file.bytes
    }
    return all
}()

/// A small pcap.
let plain: [UInt8] = {
    var file = CaptureBytes(isBigEndian: true)
    file.pcapHeader()
    file.record(seconds: 1, fraction: 2, [1, 2, 3])
    file.record(seconds: 3, fraction: 4, [])
    file.record(seconds: 5, fraction: 6, Array(0..<20), originalLength: 1500)
    return file.bytes
}()

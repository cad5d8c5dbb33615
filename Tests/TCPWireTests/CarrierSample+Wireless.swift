import TCPWire

extension CarrierSample {
    /// A data frame to an access point.
    static let wirelessHello = dataFrame(flags: 1) + snap(0x0800) + packet
    static let radiotapHello = [0, 0] + little16(9) + little32(2) + [0] + wirelessHello

    /// A data frame's header.
    static func dataFrame(
        control: UInt8 = 0x08, flags: UInt8, fragment: UInt8 = 0, fourth: Bool = false, qos: [UInt8] = [],
        highThroughput: [UInt8] = []
    ) -> [UInt8] {
        var header: [UInt8] = [control, flags, 0x2c, 0] + macs
        header += macs.prefix(6) + [0x10 | fragment, 0]
        if fourth { header += macs.prefix(6) }
        return header + qos + highThroughput
    }

    /// Two MSDUs, of which the first is a query and the second the packet.
    private static func aggregate(_ query: [UInt8]) -> [UInt8] {
        let query = macs + big16(query.count) + query
        let padding = zeros((4 - query.count % 4) % 4)
        return query + padding + macs + big16(76) + snap(0x0800) + packet
    }

    static let wireless: [CarrierSample] = [
        CarrierSample(link: 105, "data", wirelessHello),
        CarrierSample(link: 105, "from the access point", dataFrame(flags: 2) + snap(0x86dd) + packet6, isIPv6: true),
        CarrierSample(link: 105, "four addresses", dataFrame(flags: 3, fourth: true) + snap(0x0800) + packet),
        CarrierSample(link: 105, "QoS", dataFrame(control: 0x88, flags: 1, qos: [0, 0]) + snap(0x0800) + packet),
        CarrierSample(
            link: 105, "HT control",
            dataFrame(control: 0x88, flags: 0x81, qos: [0, 0], highThroughput: [1, 2, 3, 4]) + snap(0x0800) + packet),
        CarrierSample(
            link: 105, "four addresses with QoS",
            dataFrame(control: 0x88, flags: 3, fourth: true, qos: [5, 0]) + snap(0x0800) + packet),
        CarrierSample(
            link: 105, "mesh",
            dataFrame(control: 0x88, flags: 3, fourth: true, qos: [0, 1]) + [1, 31, 1, 0, 0, 0] + macs.prefix(6)
                + snap(0x0800) + packet),
        CarrierSample(
            link: 105, "bit of a mesh without one",
            dataFrame(control: 0x88, flags: 1, qos: [0, 1]) + snap(0x0800) + packet),
        CarrierSample(
            link: 105, "second MSDU",
            dataFrame(control: 0x88, flags: 1, qos: [0x80, 0]) + aggregate(snap(0x0806) + [0, 1, 8, 0])),
        CarrierSample(
            link: 105, "second MSDU, the first tagged",
            dataFrame(control: 0x88, flags: 1, qos: [0x80, 0])
                + aggregate(snap(0x8100) + [0, 7, 8, 6, 0, 1, 8, 0])),
        CarrierSample(link: 105, "tagged", dataFrame(flags: 1) + snap(0x8100) + [0, 7, 8, 0] + packet, vlan: 7),
        CarrierSample(link: 119, "Prism", little32(0x44) + little32(144) + zeros(136) + wirelessHello),
        CarrierSample(link: 119, "big-endian Prism", big32(0x41) + big32(144) + zeros(136) + wirelessHello),
        CarrierSample(link: 119, "AVS", big32(0x8021_1001) + big32(64) + zeros(56) + wirelessHello),
        CarrierSample(link: 127, "flags", radiotapHello),
        CarrierSample(
            link: 127, "more words, timer, check sequence",
            [0, 0] + little16(25) + little32(0x8000_0003) + little32(0) + zeros(4) + zeros(8) + [0x10] + wirelessHello
                + [1, 2, 3, 4]),
        CarrierSample(
            link: 127, "padded header",
            [0, 0] + little16(9) + little32(2) + [0x20] + dataFrame(control: 0x88, flags: 1, qos: [0, 0]) + [0, 0]
                + snap(0x0800) + packet),
        CarrierSample(link: 163, "AVS", big32(0x8021_1002) + big32(64) + zeros(56) + wirelessHello),
        CarrierSample(
            link: 128, "TZSP", [1, 0, 0, 18, 0, 10, 1, 0xd8, 1] + wirelessHello),
    ]
}

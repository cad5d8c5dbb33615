import TCPWire

/// The addresses that a script's flags give; `nil` where they do not.
struct AddressFlags {
    var isIPv6: Bool?
    var local: IPAddress?
    var prefix: Int?
    var remote: IPAddress?
}

/// packetdrill's command-line flags, which may be a script's first lines: `--ip_version=ipv4`.
extension ScriptParser {
    mutating func option() throws(ScriptError) {
        let start = cursor
        cursor.advance(2)
        let name = try cursor.word(.option)
        var value = ""
        if cursor.peek() == UInt8(ascii: "=") {
            cursor.advance()
            value = try optionValue()
        }
        switch name {
        case "ip_version":
            guard value != "ipv4-mapped-ipv6" else { throw start.error(.unsupported("--ip_version=" + value)) }
            guard ["ipv4", "ipv6"].contains(value) else { throw start.expected(.argument) }
            addresses.isIPv6 = value == "ipv6"
        case "local_ip": (addresses.local, addresses.prefix) = try address(value, at: start)
        case "remote_ip": addresses.remote = try address(value, at: start).0
        case "netmask_ip":
            guard let mask = try address(value, at: start).0.ipv4, (~mask &+ 1) & ~mask == 0 else {
                throw start.expected(.argument)
            }
            addresses.prefix = mask.nonzeroBitCount
        case "bind_port": script.network.bindPort = try UInt16(number(value, 1...65_535, at: start))
        case "connect_port": script.network.connectPort = try UInt16(number(value, 1...65_535, at: start))
        case "mtu": script.network.mtu = try Int(number(value, 576...65_535, at: start))
        case "tolerance_usecs": script.tolerance = try number(value, 0...60_000_000, at: start) * 1000
        case "tolerance_percent": script.toleranceShare = try share(value, at: start)
        case "tcp_ts_tick_usecs": script.clockTick = try number(value, 1...10_000_000, at: start) * 1000
        case "strict_segments": script.isStrict = true
        case "define":
            guard definitions.define(value) else { throw start.expected(.argument) }
        // Not needed: all addresses but the host's own are reached through its one device.
        case "gateway_ip": _ = try address(value, at: start)
        // The first is not needed either, since every echoed timestamp is translated to the host's clock; the others
        // concern only how packetdrill itself runs.
        case "tcp_ts_ecr_scaled", "send_omit_free", "debug", "verbose": break
        default: throw start.error(.unsupported("--" + name))
        }
    }

    /// Reads the text up to the next blank outside of quotes; the quotes are part of it.
    private mutating func optionValue() throws(ScriptError) -> String {
        let start = cursor
        var octets: [UInt8] = []
        var quote: UInt8?
        while let octet = cursor.peek(), quote != nil || octet > 0x20 {
            guard octets.count < 512 else { throw start.error(.tooMuch(.option)) }
            if octet == quote {
                quote = nil
            } else if quote == nil, octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "`") {
                quote = octet
            }
            octets.append(octet)
            cursor.advance()
        }
        guard quote == nil else { throw start.expected(.text("\"")) }
        return String(decoding: octets, as: UTF8.self)
    }

    private func number(_ text: String, _ range: ClosedRange<Int64>, at start: ScriptCursor) throws(ScriptError)
        -> Int64
    {
        guard let number = Int64(text), range.contains(number) else { throw start.expected(.number) }
        return number
    }

    /// Percent, converted to thousandths.
    private func share(_ text: String, at start: ScriptCursor) throws(ScriptError) -> Int64 {
        guard let percent = Double(text), percent >= 0, percent <= 100 else { throw start.expected(.number) }
        return Int64(percent * 10)
    }

    /// `192.168.0.1` or `2001:db8::1/32`.
    private func address(_ text: String, at start: ScriptCursor) throws(ScriptError) -> (IPAddress, Int?) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { throw start.expected(.argument) }
        guard parts.count == 2 else { return (address, nil) }
        return (address, Int(try number(String(parts[1]), 0...(address.isIPv4 ? 32 : 128), at: start)))
    }

    /// Sets the script's addresses after all flags have been read, since these may come in any order. Addresses that no
    /// flag gives are the usual ones.
    mutating func settleAddresses() throws(ScriptError) {
        let version = addresses.isIPv6 ?? addresses.local.map { !$0.isIPv4 } ?? script.network.isIPv6
        let usual = version ? ScriptNetwork.ipv6 : .ipv4
        script.network.local = addresses.local ?? usual.local
        script.network.remote = addresses.remote ?? usual.remote
        script.network.localPrefix = addresses.prefix ?? usual.localPrefix
        guard script.network.local.isIPv4 != version, script.network.remote.isIPv4 != version else {
            throw cursor.error(.contradiction("\(script.network.local), \(script.network.remote)"))
        }
    }

    /// Replaces the defined names in the rest of the script: those of the test suite, of the caller and of the script
    /// itself.
    mutating func replaceDefinitions() throws(ScriptError) {
        let all = ScriptDefinitions.suite(isIPv6: script.network.isIPv6).joined(with: definitions)
        let rest = cursor.text[cursor.index...]
        guard let replaced = all.applied(to: rest, limit: 2 * PacketScript.longest) else {
            throw cursor.error(.tooMuch(.script))
        }
        cursor.replaceRest(with: replaced)
    }
}

/// The headers that can enclose TCP, as tables: those that are opened, and those that are only named. Documentation and
/// tests are made from these tables; the walk through a frame switches over the same enumerations.
public enum Carriers {
    /// One kind of enclosing header.
    public struct Row: Sendable {
        /// `link 127`, `EtherType 0x8926`, `IP 50`, `GRE 0x883e` or `UDP 4789`.
        public var key: String
        /// The name that the registry gives it.
        public var name: String
        /// Whether it is opened, so that TCP inside it is found.
        public var isOpened: Bool
        /// Which of its forms are not opened, or by what it is recognized; `nil` where every form is opened.
        public var limits: String?
    }

    /// Link types of capture files, by number.
    public static var links: [Row] {
        LinkType.registry.map { link in
            Row(
                key: "link \(link.rawValue)", name: link.name ?? "", isOpened: link.isOpened,
                limits: LinkDoor(rawValue: link.rawValue)?.limits)
        }
    }

    /// EtherTypes, by number.
    public static var etherTypes: [Row] {
        let doors = EtherDoor.allCases.map(\.rawValue)
        return Set(EtherType.registry + doors).sorted().map { type in
            Row(
                key: "EtherType 0x\(hex(type))", name: EtherType.name(type) ?? "",
                isOpened: EtherDoor(rawValue: type) != nil, limits: EtherDoor(rawValue: type)?.limits)
        }
    }

    /// IP protocols that carry packets or frames, by number.
    public static var protocols: [Row] {
        ProtocolDoor.allCases.map { door in
            Row(
                key: "IP \(door.rawValue)", name: IPProtocol.name(door.rawValue) ?? "", isOpened: true,
                limits: door.proof)
        }
    }

    /// Protocol types of GRE that are not EtherTypes, by number.
    public static var gre: [Row] {
        GREDoor.allCases.map { door in
            Row(key: "GRE 0x\(hex(door.rawValue))", name: door.name, isOpened: true, limits: door.limits)
        }
    }

    /// Tunnels over UDP, by port.
    public static var ports: [Row] {
        TunnelDoor.allCases.map { door in
            Row(key: "UDP \(door.rawValue)", name: door.layer.name, isOpened: true, limits: door.proof)
        }
    }

    /// An EtherType's name; `nil` where it is not in the table.
    public static func etherTypeName(_ type: UInt16) -> String? { EtherType.name(type) }

    /// Whether frames of this EtherType are known to carry no IP packet; `false` where they are only not opened.
    public static func isNeverIP(etherType type: UInt16) -> Bool {
        EtherType.name(type) != nil && EtherDoor(rawValue: type) == nil && !EtherType.carriers.contains(type)
    }

    private static func hex(_ value: UInt16) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

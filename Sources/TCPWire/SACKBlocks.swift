/// Sequence numbers received out of order: from `left` up to but not including `right` (RFC 2018 3).
@frozen public struct SACKBlock: Hashable, Sendable {
    /// The first sequence number in the block.
    public var left: UInt32
    /// The sequence number after the last one of the block.
    public var right: UInt32

    /// The two edges as in the option; they are not checked, and from the wire `right` may come before `left`.
    @inlinable public init(left: UInt32, right: UInt32) {
        self.left = left
        self.right = right
    }
}

/// The blocks of one SACK option, of which at most four fit into a TCP header. They are stored inline, so that reading
/// them allocates nothing.
@frozen public struct SACKBlocks: Hashable, Sendable, RandomAccessCollection, ExpressibleByArrayLiteral {
    @usableFromInline var first = SACKBlock(left: 0, right: 0)
    @usableFromInline var second = SACKBlock(left: 0, right: 0)
    @usableFromInline var third = SACKBlock(left: 0, right: 0)
    @usableFromInline var fourth = SACKBlock(left: 0, right: 0)
    /// How many blocks there are, 0 to 4.
    public private(set) var count = 0

    /// No blocks.
    @inlinable public init() {}

    /// The first four of the blocks given.
    public init(_ blocks: some Sequence<SACKBlock>) {
        for block in blocks { append(block) }
    }

    /// The first four of the blocks in an array literal.
    public init(arrayLiteral blocks: SACKBlock...) { self.init(blocks) }

    /// Always 0: the index of the first block in the option, which is the one received last (RFC 2018 4) or a D-SACK
    /// (RFC 2883).
    @inlinable public var startIndex: Int { 0 }
    /// The number of blocks.
    @inlinable public var endIndex: Int { count }

    /// A block, in the option's order. Traps where the index is not below ``count``.
    @inlinable public subscript(position: Int) -> SACKBlock {
        precondition(position >= 0 && position < count, "no such SACK block")
        switch position {
        case 0: return first
        case 1: return second
        case 2: return third
        default: return fourth
        }
    }

    /// Adds a block; a fifth one is dropped.
    mutating func append(_ block: SACKBlock) {
        switch count {
        case 0: first = block
        case 1: second = block
        case 2: third = block
        case 3: fourth = block
        default: return
        }
        count &+= 1
    }
}

/// How far the first pass has come.
public struct ReadingProgress: Sendable {
    /// Octets of the file that were read so far; `nil` for a packed file or a stream.
    public let octets: Int?
    /// Octets of the file as it is stored; `nil` where the system does not know.
    public let size: Int?
    /// Packets read so far.
    public let packets: Int

    /// What a source that is no file has come to.
    public init(octets: Int?, size: Int?, packets: Int) {
        (self.octets, self.size, self.packets) = (octets, size, packets)
    }
}

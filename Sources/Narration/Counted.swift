/// A count with its noun, `1 packet`, `2 packets`: English needs the plural, Chinese does not.
public func counted(_ count: some BinaryInteger, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
}

import CLinux

/// What `script/install` and `script/package` write into the finished program: the revision and the compiler. A constant of
/// the source would have everything compiled anew with every commit.
public enum BuildStamp {
    /// Empty in a program that was only built.
    public static var text: String {
        var bytes: [UInt8] = []
        for index in 0..<Int32(64) {
            let byte = clinux_stamp(index)
            if byte == 0 { break }
            bytes.append(byte)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let mark = "tcplens-stamp:"
        return text.hasPrefix(mark) ? text.dropFirst(mark.count).trimmed : ""
    }
}

extension Substring {
    /// Without spaces at its end.
    fileprivate var trimmed: String {
        var rest = self
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}

import CaptureFile
import Narration
import Passes
import Tracking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The input that is read as one capture: a file, or the files of a ring.
enum CaptureFiles {
    case one(String)
    case ring(CaptureRing, name: String)

    /// Joins all of these files to one capture; throws where they cannot be joined.
    init(joining paths: [String]) throws {
        do throws(CaptureError) {
            self = .ring(try CaptureRing(paths), name: Self.name(of: paths))
        } catch {
            throw Failure(error)
        }
    }

    /// The captures that these files are: each file by itself, or all files as one where they are a ring.
    ///
    /// - Parameter isRing: whether the files are a ring; `nil` where that is guessed from the files.
    static func among(_ paths: [String], isRing: Bool?) throws -> [CaptureFiles] {
        switch isRing {
        case true? where paths.count > 1: return try [CaptureFiles(joining: paths)]
        case nil:
            if let ring = CaptureRing(guessedFrom: paths) { return [.ring(ring, name: name(of: paths))] }
        default: break
        }
        return paths.map { .one($0) }
    }

    /// The name of the input, as it can be typed on the command line.
    var name: String {
        switch self {
        case .one(let path): path
        case .ring(_, let name): name
        }
    }

    /// The paths as they can be typed: more than three as a pattern, where one matches exactly these files; otherwise
    /// separated by spaces.
    static func name(of paths: [String]) -> String {
        guard paths.count > 3, let pattern = pattern(of: paths) else { return paths.joined(separator: " ") }
        return pattern
    }

    /// A pattern such as `ring*.pcap` that matches these files and no others; `nil` where there is none.
    private static func pattern(of paths: [String]) -> String? {
        let folders = Set(paths.map { URL(filePath: $0).deletingLastPathComponent().path(percentEncoded: false) })
        let names = paths.map { URL(filePath: $0).lastPathComponent }
        guard let folder = folders.first, folders.count == 1, let first = names.first else { return nil }
        let start = names.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        let rests = names.map { String($0.dropFirst(start.count)) }
        let end = rests.dropFirst().reduce(String((rests.first ?? "").reversed())) {
            $0.commonPrefix(with: String($1.reversed()))
        }
        guard !start.isEmpty, let there = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return nil
        }
        let suffix = String(end.reversed())
        let least = start.count + suffix.count
        let meant = there.filter { $0.count >= least && $0.hasPrefix(start) && $0.hasSuffix(suffix) }
        guard Set(meant) == Set(names), let path = paths.first else { return nil }
        return String(path.dropLast(first.count)) + start + "*" + suffix
    }

    /// The note that several files were read as one capture, for people who read a list of connections.
    ///
    /// - Parameter count: the number of files.
    static func ringText(_ count: Int) -> Text {
        Text(
            en: "\(count) files read as one ring, in the order of time; each by itself: --no-ring",
            zh: "\(count) 个文件按时间顺序作为一组滚动抓包读取；逐个列出：--no-ring")
    }
}

extension String {
    /// The longest common prefix of both strings.
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}

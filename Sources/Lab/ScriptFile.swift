import LinuxKernel
import PacketScript
import Stories
import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A script and what was found in its file.
public struct ScriptFile {
    /// Why there is no script.
    public enum Problem: Error {
        /// It cannot be read: why.
        case missing(SystemError)
        /// It has no packet and no call: nothing that could fail is nothing that has passed.
        case empty
        /// It is no script.
        case wrong(ScriptError)
    }

    /// Where it is, as it was asked for.
    public let path: String
    /// The script, or why there is none.
    public let script: Result<PacketScript, Problem>

    /// Reads the file.
    ///
    /// - Parameter definitions: what names of the script stand for.
    public init(path: String, defining definitions: ScriptDefinitions = ScriptDefinitions()) {
        self.path = path
        do throws(Problem) {
            script = .success(try Self.script(at: path, definitions))
        } catch {
            script = .failure(error)
        }
    }

    private static func script(
        at path: String, _ definitions: ScriptDefinitions
    ) throws(Problem) -> PacketScript {
        let octets: [UInt8]
        let script: PacketScript
        do { octets = try read(path) } catch { throw .missing(error) }
        do { script = try PacketScript(octets, defining: definitions) } catch { throw .wrong(error) }
        guard script.count > 0 else { throw .empty }
        return script
    }

    private static func read(_ path: String) throws(SystemError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open") }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // One octet more than is allowed is enough to refuse it.
        while octets.count <= PacketScript.longest {
            let count = unsafe system_read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw SystemError.last("read") }
            guard count > 0 else { break }
            octets += buffer.prefix(count)
        }
        return octets
    }
}

/// What became of a file.
public struct ScriptRun {
    /// What happened to its script.
    public enum Outcome {
        case unread(ScriptFile.Problem)
        case ran(ScriptReport)
    }

    /// Where the script's file is, as it was asked for.
    public let path: String
    /// What happened to it.
    public let outcome: Outcome
    /// The address of the host under test.
    public let host: IPAddress?
    /// Its connections, where somebody wants to see them.
    public let stories: [ConnectionStory]

    /// A file by what became of it; without stories where nobody wants to see its connections.
    public init(path: String, outcome: Outcome, host: IPAddress? = nil, stories: [ConnectionStory] = []) {
        self.path = path
        self.outcome = outcome
        self.host = host
        self.stories = stories
    }

    /// In a word.
    public var verdict: ScriptVerdict {
        switch outcome {
        case .unread(.missing), .unread(.empty): .missing
        case .unread(.wrong(let error)): error.isUnsupported ? .unsupported : .syntax
        case .ran(let report):
            if let failure = report.failure { failure.isUnsupported ? .unsupported : .failed } else { .passed }
        }
    }
}

/// What became of a script, in a word.
public enum ScriptVerdict: String, Codable {
    case passed, failed, syntax, missing, unsupported
}

// The call whose name a method above bears too.
private let system_read = unsafe read

import PacketScript
import Testing

@Suite struct ScriptConstantsTests {
    @Test func namesHaveLinuxsNumbersOnEverySystem() {
        #expect(ScriptConstants.value(of: "EINPROGRESS") == 115)
        #expect(ScriptConstants.value(of: "SO_LINGER") == Int64(SocketOption.linger.name))
        #expect(ScriptConstants.value(of: "TCP_USER_TIMEOUT") == Int64(SocketOption.userTimeout.name))
        #expect(ScriptConstants.value(of: "TCP_NO_SUCH_NAME") == nil)
    }

    @Test func anErrnoHasOneName() {
        #expect(ScriptConstants.errorName(11) == "EAGAIN")
        #expect(ScriptConstants.errorName(95) == "EOPNOTSUPP")
        #expect(ScriptConstants.errorName(0) == nil)
    }
}

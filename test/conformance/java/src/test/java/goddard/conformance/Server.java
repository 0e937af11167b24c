package goddard.conformance;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The server under test. Whoever runs the tests says by environment variables where it is and how to kill and start it. */
final class Server {
    private Server() {}

    /** host:port of the name server. */
    static String nameServer() {
        return variable("GODDARD_TEST_NAMESRV");
    }

    /** Whether it is the original, Apache RocketMQ, and not Goddard. */
    static boolean isOriginal() {
        return switch (variable("GODDARD_TEST_SERVER")) {
            case "goddard" -> false;
            case "apache" -> true;
            default -> throw new IllegalStateException("GODDARD_TEST_SERVER is neither goddard nor apache");
        };
    }

    /** Sends SIGKILL to the broker and returns when it is gone. */
    static void kill() {
        run("GODDARD_TEST_KILL");
    }

    /** Starts the broker on its old data and returns when it answers. */
    static void start() {
        run("GODDARD_TEST_START");
    }

    private static void run(String variable) {
        try {
            Process process = new ProcessBuilder("bash", "-c", variable(variable)).inheritIO()
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(variable + " has not returned after 60 s");
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(variable + " ended with status " + process.exitValue());
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("run " + variable, e);
        }
    }

    private static String variable(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException(name + " is not set; test/conformance/run sets it and runs the tests");
        }
        return value;
    }
}

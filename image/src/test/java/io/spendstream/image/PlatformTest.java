package io.spendstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** For which machines there is an image. */
class PlatformTest {

    @ParameterizedTest
    @CsvSource({"amd64, amd64, /lib64/ld-linux-x86-64.so.2", "aarch64, arm64, /lib/ld-linux-aarch64.so.1"})
    void linuxOnTwoArchitectures(String machine, String image, String loader) {
        Platform platform = Platform.of("Linux", machine);

        assertThat(platform.architecture()).isEqualTo(image);
        assertThat(platform.loader()).isEqualTo(loader);
    }

    @ParameterizedTest
    @CsvSource({
        "Mac OS X, aarch64, 'an image is built on Linux only, and this is Mac OS X'",
        "Linux, riscv64, 'an image is built on amd64 and aarch64 only, and this is riscv64'"
    })
    void othersAreRefusedWithTheReason(String system, String machine, String reason) {
        assertThatThrownBy(() -> Platform.of(system, machine))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(reason);
    }
}

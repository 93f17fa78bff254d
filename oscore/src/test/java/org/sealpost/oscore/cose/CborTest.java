package org.sealpost.oscore.cose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fuzzing found in the reader of arrays, and what it reads. */
class CborTest {
    @Test
    void readsWhatItWrites() {
        byte[] octets = Cbor.array(List.of(1L, "text", new byte[] {2}, List.of(true)));
        assertThat(Cbor.readArray(octets))
                .hasValueSatisfying(items -> assertThat(Cbor.array(items)).isEqualTo(octets));
    }

    /** Octets that are no UTF-8 became half of a pair of surrogates, and writing it again failed with an error that nobody expected. */
    @ParameterizedTest
    @ValueSource(strings = {"818369f47bf5836974657874f502400a", "8164f77b7b7b", "81818369f47bf5836978696969"})
    void aTextThatIsNotUtf8IsRefused(String octets) {
        assertThat(Cbor.readArray(HexFormat.of().parseHex(octets))).isEmpty();
    }
}

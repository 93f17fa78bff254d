package org.sealpost.e2e.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.onem2m.Refusal;

class CertificateNameTest {
    @Test
    void anIdentityBecomesItsNameAndItsDomainName() {
        assertThat(CertificateName.of("//sp.example/gw/Cdoor").text()).isEqualTo("uri:m2m://sp.example/gw/Cdoor");
        assertThat(CertificateName.of("//sp.example/in-cse").text()).isEqualTo("dns:in-cse.sp.example");
        assertThat(CertificateName.fqdn("//sp.example/gw/Cdoor")).isEqualTo("cdoor.gw.sp.example");
    }

    /** An empty text and a single letter were found by the fuzzer: they came out as an error that is no refusal. */
    @ParameterizedTest
    @ValueSource(strings = {"", "s", "/gw/Cdoor", "gw", "//", "//sp.example", "//sp.example/", "//sp.example//x"})
    void whatIsNoAbsoluteIdentityIsRefused(String identity) {
        assertThatThrownBy(() -> CertificateName.of(identity)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> CertificateName.fqdn(identity)).isInstanceOf(Refusal.class);
    }
}

package org.sealpost.oscore;

import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;

/** Domain parameters that signatures and key agreement share. */
final class Curves {
    static final ECDomainParameters P256 = new ECDomainParameters(CustomNamedCurves.getByName("P-256"));

    private Curves() {}
}

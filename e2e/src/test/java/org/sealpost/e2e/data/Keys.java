package org.sealpost.e2e.data;

import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import org.sealpost.e2e.Jwk;

/** Keys of each kind for tests, and the ring that holds all of them. */
final class Keys {
    final SecureRandom random = new SecureRandom();
    final KeyPair targetPair = Jwk.generate(random);
    final KeyPair sourcePair = Jwk.generate(random);
    final DataKey.Direct direct = new DataKey.Direct("14-meter.1@sealpost.example", octets(32));
    final DataKey.Wrapping wrapping = new DataKey.Wrapping("15-meter.1@sealpost.example", octets(32));
    final DataKey.Wrapping shortWrapping = new DataKey.Wrapping("15-meter.2@sealpost.example", octets(16));
    final DataKey.Mac mac = new DataKey.Mac("16-meter.1@sealpost.example", octets(32));
    final DataKey.Recipient target = new DataKey.Recipient("//sealpost.example/gw/Cbilling", publicKey(targetPair));
    final DataKey.OwnRecipient ownTarget = new DataKey.OwnRecipient(target.id(), targetPair.getPrivate());
    final DataKey.Signer signer = new DataKey.Signer("//sealpost.example/gw/Cmeter", sourcePair.getPrivate());
    final DataKey.Verifier verifier = new DataKey.Verifier(signer.id(), publicKey(sourcePair));
    final KeyRing ring = KeyRing.of(direct, wrapping, shortWrapping, mac, ownTarget, verifier);

    byte[] octets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    static ECPublicKey publicKey(KeyPair pair) {
        return (ECPublicKey) pair.getPublic();
    }

    static PrivateKey privateKey(KeyPair pair) {
        return pair.getPrivate();
    }
}

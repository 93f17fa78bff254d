package org.sealpost.enclave.internal.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Jwk;
import org.sealpost.group.BlockCertificate;
import org.sealpost.group.GroupCredential;
import org.sealpost.group.KnownCertificates;
import org.sealpost.group.TreeShare;
import org.sealpost.group.tree.Coverage;
import org.sealpost.group.tree.LabelBox;

/** Takes the labels out of a credential. */
final class LabelsOfMember {
    private LabelsOfMember() {}

    /**
     * What came with a credential.
     *
     * @param secret of the credential's epoch, 32 octets
     */
    record Taken(StateImage.HeldTree tree, byte[] secret) {
        @Override
        public String toString() {
            return "Taken";
        }
    }

    /**
     * Verifies the key for blocks, and opens the boxes.
     *
     * @throws org.sealpost.onem2m.Refusal 4103 when the key isn't certified, 4115 when a box was sealed for somebody else
     */
    static Taken take(
            Vault vault,
            KnownCertificates certificates,
            StateImage.Anchor anchor,
            String identity,
            GroupCredential credential,
            TreeShare share) {
        BlockCertificate key =
                certificates.verifyForBlocks(share.certificate(), Jwk.parse(anchor.rootKey()), vault.now());
        List<StateImage.HeldLabels> labels = new ArrayList<>();
        byte[] secret = {};
        for (TreeShare.Grant grant : share.grants()) {
            byte[] boxKey = vault.custody()
                    .transported(
                            anchor.wrapping(),
                            grant.transport(),
                            LabelBox.info(credential.group(), grant.generation(), identity),
                            identity);
            LabelBox.Opened opened = LabelBox.open(boxKey, grant.box(), grant.scheme(), grant.height());
            vault.observed(
                    "tree-labels",
                    credential.group() + " generation " + grant.generation() + " "
                            + grant.scheme().policyName() + " height " + grant.height() + " leaf "
                            + credential.senderId(),
                    opened.labels());
            labels.add(new StateImage.HeldLabels(
                    grant.scheme().policyName(), grant.height(), grant.generation(), opened.labels()));
            secret = opened.secret();
        }
        return new Taken(
                new StateImage.HeldTree(
                        key.key(),
                        key.notAfter(),
                        share.blockEpoch(),
                        share.block(),
                        share.overlap(),
                        coverage(vault, credential.group(), share),
                        labels),
                secret);
    }

    /** Whom the block let in, when it is the one that is known already. */
    private static List<Integer> coverage(Vault vault, String group, TreeShare share) {
        return Optional.ofNullable(vault.state().credentials.get(group))
                .flatMap(StateImage.Held::tree)
                .filter(t -> java.util.Arrays.equals(t.block(), share.block()))
                .map(StateImage.HeldTree::coverage)
                .orElse(Coverage.UNKNOWN.bounds());
    }
}

package org.sealpost.device;

import java.util.List;
import java.util.Map;
import org.sealpost.enclave.ClientKeys.FunctionAccess;
import org.sealpost.enclave.MemberKeys.HeldCredential;
import org.sealpost.enclave.RenewalKeys.PairwiseFacts;

/**
 * How a device is.
 *
 * @param keys which pairwise keys it has; ids and facts only
 * @param functions MEFs and MAFs that it has a credential for
 * @param fetched credentials this device asked the server for itself and got
 * @param opened epochs that came by blocks and notices
 * @param refused messages and commands that were refused, by status code
 * @param enclave counters of its secure environment: what was refused inside, and connections without its token
 */
public record DeviceStatus(
        String identity,
        boolean registered,
        boolean enrolled,
        long enclavePid,
        List<HeldCredential> credentials,
        List<PairwiseFacts> keys,
        List<FunctionAccess> functions,
        long executed,
        long duplicates,
        long notForUs,
        long readings,
        long fetched,
        long opened,
        Map<String, Long> refused,
        Map<String, Long> enclave) {}

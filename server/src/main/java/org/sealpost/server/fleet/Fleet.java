package org.sealpost.server.fleet;

import java.util.List;
import java.util.Optional;

/** What there is: gateways, devices and groups of one service provider, as the fleet file says. */
public record Fleet(
        String domain,
        String server,
        List<Gateway> gateways,
        List<Device> devices,
        List<Group> groups,
        Security security) {
    public Fleet {
        gateways = List.copyOf(gateways);
        devices = List.copyOf(devices);
        groups = List.copyOf(groups);
    }

    /** A fleet without demands on its keys. */
    public Fleet(String domain, String server, List<Gateway> gateways, List<Device> devices, List<Group> groups) {
        this(domain, server, gateways, devices, groups, Security.none());
    }

    /** @param agent whether a group agent runs beside it */
    public record Gateway(String id, boolean agent) {}

    public record Device(String name, String gateway, String function, String zone, List<String> groups) {
        public Device {
            groups = List.copyOf(groups);
        }
    }

    /**
     * @param nonDelegable verbs that need the server's own signature
     * @param agentVerbs verbs agents may give; empty: agents are no members
     * @param overlapSeconds how long the previous epoch still opens commands after a planned change
     * @param lifetimeSeconds validity of an epoch
     * @param secureEnvironment lowest protection level (TS-0003 6.3.1) of a member's secure environment; 0: any
     * @param scheme how members come to know a new epoch: one of {@link org.sealpost.enclave.AuthorityKeys#SCHEMES}
     */
    public record Group(
            String id,
            List<String> verbs,
            List<String> nonDelegable,
            List<String> agentVerbs,
            long overlapSeconds,
            long lifetimeSeconds,
            String algorithmFloor,
            int secureEnvironment,
            String scheme) {
        public Group {
            verbs = List.copyOf(verbs);
            nonDelegable = List.copyOf(nonDelegable);
            agentVerbs = List.copyOf(agentVerbs);
        }
    }

    Fleet withSecurity(Security changed) {
        return new Fleet(domain, server, gateways, devices, groups, changed);
    }

    public String serverIdentity() {
        return "//" + domain + "/" + server;
    }

    public String groupId(String group) {
        return serverIdentity() + "/cse-in/" + group;
    }

    public String identity(Device device) {
        return "//" + domain + "/" + device.gateway() + "/C" + device.name();
    }

    public String agentIdentity(Gateway gateway) {
        return "//" + domain + "/" + gateway.id() + "/Cagent";
    }

    public Optional<Group> group(String id) {
        return groups.stream().filter(g -> g.id().equals(id)).findFirst();
    }
}

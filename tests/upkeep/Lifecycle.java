import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.XContentType;
import org.elasticsearch.xpack.core.ilm.DeleteAction;
import org.elasticsearch.xpack.core.ilm.LifecycleAction;
import org.elasticsearch.xpack.core.ilm.LifecyclePolicy;
import org.elasticsearch.xpack.core.ilm.LifecycleSettings;
import org.elasticsearch.xpack.core.ilm.LifecycleType;
import org.elasticsearch.xpack.core.ilm.TimeseriesLifecycleType;
import org.elasticsearch.xpack.core.ilm.action.PutLifecycleRequest;

/** Reads a policy and an index's settings as the server with ILM would: NAME POLICY.json SETTINGS.json. */
public class Lifecycle {
    public static void main(String[] given) throws Exception {
        var named = new NamedXContentRegistry(List.of(
            new NamedXContentRegistry.Entry(
                LifecycleType.class, new ParseField(TimeseriesLifecycleType.TYPE), parser -> TimeseriesLifecycleType.INSTANCE),
            new NamedXContentRegistry.Entry(
                LifecycleAction.class, new ParseField(DeleteAction.NAME), DeleteAction::parse)));
        var reading = XContentParserConfiguration.EMPTY.withRegistry(named);
        LifecyclePolicy policy;
        try (var parser = XContentType.JSON.xContent().createParser(reading, Files.readAllBytes(Path.of(given[1])))) {
            policy = PutLifecycleRequest.parseRequest(new PutLifecycleRequest.Factory() {
                public PutLifecycleRequest create(LifecyclePolicy read) {
                    return new PutLifecycleRequest(TimeValue.ZERO, TimeValue.ZERO, read);
                }

                public String getPolicyName() {
                    return given[0];
                }
            }, parser).getPolicy();
        }
        LifecyclePolicy.validatePolicyName(policy.getName());
        for (var phase : policy.getPhases().values()) {
            System.out.println(phase.getName() + " " + phase.getMinimumAge() + " " + phase.getActions().keySet());
        }
        Settings settings;
        try (var parser = XContentType.JSON.xContent().createParser(reading, Files.readAllBytes(Path.of(given[2])))) {
            settings = Settings.fromXContent(parser);
        }
        System.out.println("policy " + LifecycleSettings.LIFECYCLE_NAME_SETTING.get(settings));
        System.out.println("from " + Instant.ofEpochMilli(IndexSettings.LIFECYCLE_ORIGINATION_DATE_SETTING.get(settings)));
    }
}

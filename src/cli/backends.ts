import { type Command, Option } from "commander";
import { pathsOf } from "../base/mod.ts";
import type { AccessKeys } from "../remote/mod.ts";
import { type Act, type Answer, type Context, type GlobalFlags, helpTail } from "./command.ts";
import {
  backendAddedText,
  backendImportText,
  backendRemovedText,
  backendsText,
  backendTestText,
} from "./text/backends.ts";

interface AddFlags extends GlobalFlags {
  name?: string;
  default?: boolean;
}

interface AddS3Flags extends AddFlags {
  bucket: string;
  endpoint?: string;
  region?: string;
  prefix?: string;
  credentials?: "stored" | "environment" | "file";
  awsProfile?: string;
}

type Names = (string | undefined)[];

const remote = () => import("../remote/mod.ts");

async function list({ host }: Context): Promise<Answer> {
  const result = (await remote()).listBackends(host);
  return { result, text: (style) => backendsText(result, style) };
}

async function addFolder({ host }: Context, flags: AddFlags & { path: string }): Promise<Answer> {
  const { name, path, default: makeDefault } = flags;
  const result = await (await remote()).addFolder(host, { name, path, makeDefault });
  return { result, text: (style) => backendAddedText(result, style) };
}

/** Asks for a pair of keys; what is typed of the secret does not show. */
async function askForKeys({ host, terminal, hideProgress }: Context): Promise<AccessKeys> {
  hideProgress();
  terminal.err("Access key ID: ");
  const accessKeyId = (await terminal.readLine(host.signal))?.trim() ?? "";
  terminal.err("Secret access key (does not show): ");
  const secretAccessKey = (await terminal.readSecret(host.signal)).trim();
  return { accessKeyId, secretAccessKey };
}

async function addS3(context: Context, flags: AddS3Flags): Promise<Answer> {
  const { host, terminal } = context;
  const { name, bucket, endpoint, region, prefix, credentials, awsProfile } = flags;
  const result = await (await remote()).addBucket(host, {
    name,
    bucket,
    endpoint,
    region,
    prefix,
    credentials: credentials ?? (awsProfile === undefined ? "stored" : "file"),
    awsProfile,
    makeDefault: flags.default,
    askForKeys: terminal.interactive ? () => askForKeys(context) : undefined,
  });
  return { result, text: (style) => backendAddedText(result, style) };
}

async function makeDefault({ host }: Context, _: unknown, [id]: Names): Promise<Answer> {
  const result = await (await remote()).setDefaultBackend(host, id!);
  return { result, text: (style) => backendsText(result, style) };
}

async function test({ host }: Context, _: unknown, [id]: Names): Promise<Answer> {
  const result = await (await remote()).testBackend(host, id);
  return { result, text: (style) => backendTestText(result, style) };
}

async function remove({ host }: Context, _: unknown, [id]: Names): Promise<Answer> {
  const result = await (await remote()).removeBackend(host, id!);
  return { result, text: () => backendRemovedText(result) };
}

async function importAll(
  { host }: Context,
  { keyFile }: GlobalFlags & { keyFile?: string },
  [path]: Names,
): Promise<Answer> {
  const { resolve, join } = pathsOf(host.platform);
  const usual = join(host.userHome, ".openclaw", "clawbackups", "backends.json");
  const { importClawbackupBackends } = await remote();
  const result = await importClawbackupBackends(host, path ? resolve(path) : usual, keyFile);
  return { result, text: (style) => backendImportText(result, style) };
}

const SERVICES = `
Endpoints, with --bucket and, where it is not in the endpoint, --region:
  AWS S3          none; --region eu-central-1
  MinIO           https://minio.example.com:9000
  Cloudflare R2   https://ACCOUNT.r2.cloudflarestorage.com
  Backblaze B2    https://s3.us-west-004.backblazeb2.com
  Alibaba OSS     https://oss-cn-hangzhou.aliyuncs.com
  Tencent COS     https://cos.ap-guangzhou.myqcloud.com

Keys are taken from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or asked for, and stored encrypted.
`;

function defineAdd(backends: Command, act: Act): void {
  const add = backends.command("add").description("use a folder or a bucket for copies of backups")
    .addHelpText(
      "after",
      helpTail([
        "lifeboat backends add folder --path /media/disk/lifeboat",
        "lifeboat backends add s3 --bucket my-backups --region eu-central-1",
      ], [0, 2, 10, 12, 20]),
    );
  const named = (command: Command) =>
    command.option("--name <name>", "how you call it; else as folder or bucket are called")
      .option("--default", "use it where no backend is named");
  named(add.command("folder").description("a folder on an external disk or a NAS"))
    .requiredOption("--path <path>", "the folder; it must be there")
    .addHelpText(
      "after",
      helpTail(["lifeboat backends add folder --path /media/disk/lifeboat"], [0, 2, 10, 20]),
    )
    .action(act(addFolder));
  named(add.command("s3").description("a bucket of any service that speaks S3"))
    .requiredOption("--bucket <bucket>", "the bucket; it must be there")
    .option("--endpoint <url>", "where the service is; without it, AWS")
    .option("--region <region>", "of the bucket")
    .option("--prefix <prefix>", "before all names in the bucket")
    .addOption(
      new Option("--credentials <where>", "keys: stored here, or read at each run")
        .choices(["stored", "environment", "file"]),
    )
    .option("--aws-profile <name>", "a section of ~/.aws/credentials, read at each run")
    .addHelpText(
      "after",
      SERVICES + helpTail(
        ["lifeboat backends add s3 --bucket my-backups --region eu-central-1"],
        [0, 2, 10, 12, 20],
      ),
    )
    .action(act(addS3));
}

/** `backends list|add|default|test|remove|import`. */
export function defineBackends(program: Command, act: Act): void {
  const backends = program.command("backends")
    .description("folders and buckets that hold copies of backups")
    .addHelpText("after", helpTail(["lifeboat backends", "lifeboat backends test"], [0, 2, 10, 20]))
    .action(act(list));
  backends.command("list").description("what is configured; connects to nothing")
    .addHelpText("after", helpTail(["lifeboat backends list"], [0, 2]))
    .action(act(list));
  defineAdd(backends, act);
  backends.command("default").description("use it where no backend is named; local for none")
    .argument("<id>", "the backend's name")
    .addHelpText("after", helpTail(["lifeboat backends default my-backups"], [0, 2, 10]))
    .action(act(makeDefault));
  backends.command("test").description("write, read, list and delete a small object")
    .argument("[id]", "the backend's name; else the default one")
    .addHelpText("after", helpTail(["lifeboat backends test my-backups"], [0, 2, 10, 12, 20]))
    .action(act(test));
  backends.command("remove").description("forget a backend; what is stored there stays")
    .argument("<id>", "the backend's name")
    .addHelpText("after", helpTail(["lifeboat backends remove my-backups"], [0, 2, 10]))
    .action(act(remove));
  backends.command("import").description("take over the backends of ClawBackup")
    .argument("[path]", "its backends.json; else the one below ~/.openclaw")
    .option("--key-file <path>", "its key; else beside it, or CLAWBACKUP_ENCRYPTION_KEY")
    .addHelpText("after", helpTail(["lifeboat backends import"], [0, 2, 10, 12]))
    .action(act(importAll));
}

import pg from 'pg'
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers'

/** The image when `PG_TEST_IMAGE` names none. */
const DEFAULT_IMAGE = 'postgres:18'
const LOGIN_ATTEMPTS = 100
const LOGIN_PAUSE_MS = 100

export interface ContainerServer extends AsyncDisposable {
  readonly image: string
  readonly url: string
}

/** Why no container can be started here; `undefined` when Docker answers. */
export async function whyNoContainers(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Starts PostgreSQL in a container, published on a port of this machine that the system chooses. */
export async function startContainerServer(): Promise<ContainerServer> {
  const image = process.env['PG_TEST_IMAGE'] ?? DEFAULT_IMAGE
  // A name and a password that need escaping in a URL, so that nobody gets away without it.
  const login = { user: 'con tainer', password: 'p@ss/word', database: 'shop' }
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_USER: login.user, POSTGRES_PASSWORD: login.password, POSTGRES_DB: login.database })
    .withExposedPorts(5432)
    // The official image first runs a server on the unix socket alone, to make the database.
    .withWaitStrategy(Wait.forLogMessage(/listening on IPv4 address/))
    .start()
    .catch((error: unknown) => {
      const hint =
        'PG_TEST_IMAGE names another image; `node test/containers/make-image.ts` makes one without a registry'
      throw new Error(`Cannot start a container of ${image}. ${hint}`, { cause: error })
    })
  const url = urlOf(container, login)
  await firstLogin(url)
  return { image, url, [Symbol.asyncDispose]: async () => void (await container.stop()) }
}

function urlOf(container: StartedTestContainer, login: { user: string; password: string; database: string }): string {
  const [user, password, database] = [login.user, login.password, login.database].map(encodeURIComponent)
  return `postgres://${user}:${password}@${container.getHost()}:${container.getMappedPort(5432)}/${database}`
}

/** A port that is listened on is not yet a server that lets somebody in. */
async function firstLogin(url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (attempt === LOGIN_ATTEMPTS) throw error
      await new Promise((resolve) => setTimeout(resolve, LOGIN_PAUSE_MS))
    }
  }
}

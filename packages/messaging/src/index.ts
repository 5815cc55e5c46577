export { type InProcessOptions, inProcessBus } from './bus/in-process.js';
export { type RabbitOptions, rabbitBus } from './bus/rabbit/rabbit-bus.js';
export { crashPoint } from './crash-point.js';
export { contextOf } from './envelope.js';
export * from './errors.js';
export { createMessaging } from './messaging.js';
export { defaultSettings, type MessagingOptions, type MessagingSettings } from './messaging-options.js';
export * from './ports.js';
export { messagingMigrations } from './schema/migrations.js';
